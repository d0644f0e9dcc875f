import {
  type Decision,
  deliver,
  type Delivery,
  dryRunResults,
  type DryRunResult,
  gatewayServers,
  type Model,
  type NearestRule,
  nearestRule,
  type ObjectName,
  type Request,
  type Route,
  type RouteDestination,
  type ServiceHost,
  unreadOf,
  type Workload,
} from "../../effect";
import { UserError } from "../../errors/userError";
import type { Question } from "./question";

/** What happens to a request: where its proxy sends it, and whether each destination accepts it. */
export interface Answer {
  /** `allowed`, `denied` or `unknown` at every destination; `split` if they differ. `unrouted` if it reaches none. */
  readonly verdict: Delivery["verdict"];
  /** The proxy that routes the request: `<namespace>/<name>`. */
  readonly proxy: string;
  readonly route: Route;
  /** The gateway's own decision, for a client outside of the mesh. */
  readonly atGateway?: Decision;
  readonly destinations: readonly Arrival[];
}

/** A request that arrives at a destination of its route. */
export interface Arrival {
  readonly destination: RouteDestination;
  /** For a host outside of the mesh: the decision of NetworkPolicies, unless they allow the connection. */
  readonly network?: Decision;
  /** The labels of the pods that would receive it, if no object creates pods with them. */
  readonly unknownPods?: Readonly<Record<string, string>>;
  /** The workloads that receive it, each with its decision. Empty for a host outside of the mesh. */
  readonly at: readonly {
    readonly workload: string;
    /** The labels of its pods, if they are assumed because no object creates them. */
    readonly assumed?: Readonly<Record<string, string>>;
    readonly request: Request;
    readonly decision: Decision;
    /** What AuthorizationPolicies that are a dry run would make of it. Left out without any. */
    readonly dryRuns?: readonly DryRunResult[];
    /** For a denied request, the rule that comes nearest. */
    readonly nearest?: NearestRule;
    /** Objects that limit the rate. */
    readonly limits: readonly ObjectName[];
    /** Where a gateway of the mesh, such as an egress gateway, sends it. */
    readonly next?: Answer;
  }[];
}

/**
 * Answers a question.
 *
 * @throws {UserError} if the model has no such client, service or port.
 */
export function answer(model: Model, question: Question): Answer {
  return question.client === undefined
    ? fromOutside(model, question)
    : fromInside(model, question, question.client);
}

function fromInside(model: Model, question: Question, name: string): Answer {
  const client = clientOf(model, name);
  const service = serviceOf(model, question.server, client.namespace);
  const port = question.port ?? onlyPort(service);
  return answerOf(model, client, deliver(model, client, { ...question, host: service.host, port }));
}

function fromOutside(model: Model, question: Question): Answer {
  const { server: host, scheme = "https" } = question;
  const port = question.port ?? (scheme === "https" ? 443 : 80);
  const gateways = model.workloads.filter(({ proxy }) => proxy === "gateway");
  const serving = gateways.filter((one) => gatewayServers(model, one).some((server) => server.port === port));
  const candidates = serving.map((gateway) => ({
    gateway,
    delivery: deliver(model, gateway, { ...question, host, port, scheme }),
  }));
  const rank = ({ outcome }: Route): number => (outcome === "blocked" ? 2 : outcome === "not found" ? 1 : 0);
  const [first] = candidates.toSorted((one, other) => rank(one.delivery.route) - rank(other.delivery.route));
  if (first === undefined) {
    throw new UserError({
      problem: `No gateway listens on port ${port}.`,
      fix: `Ports of gateways: ${portsOfGateways(model, gateways)}.`,
    });
  }
  return answerOf(model, first.gateway, first.delivery);
}

/** A delivery with what helps a reader: names, the nearest rule of a denial, and rate limits. */
function answerOf(model: Model, proxy: Workload, { verdict, route, atGateway, arrivals }: Delivery): Answer {
  return {
    verdict,
    proxy: nameOf(proxy),
    route,
    ...(atGateway && { atGateway }),
    destinations: arrivals.map(({ destination, at, network, unknownPods }) => ({
      destination,
      ...(network && { network }),
      ...(unknownPods && { unknownPods }),
      at: at.map(({ workload, request, decision, next }) => {
        const isRefused = decision.answer === "denied" && decision.reason !== "no NetworkPolicy allows";
        const nearest = isRefused ? nearestRule(model, workload, request) : undefined;
        const dryRuns = dryRunResults(model, workload, request);
        const limits = unreadOf(model, workload).filter(({ about }) => about === "limits");
        return {
          workload: nameOf(workload),
          ...(workload.assumed && { assumed: workload.labels }),
          request,
          decision,
          ...(dryRuns.length > 0 && { dryRuns }),
          ...(nearest && { nearest }),
          limits: limits.map((one) => one.from),
          ...(next && { next: answerOf(model, workload, next) }),
        };
      }),
    })),
  };
}

function clientOf(model: Model, name: string): Workload {
  const own = model.workloads.find((one) => names(one).includes(name));
  if (own) return withAccount(own);
  const [, namespace, serviceAccount] = /^(?:[^/]+\/)?ns\/([^/]+)\/sa\/([^/]+)$/.exec(name) ?? [];
  if (namespace !== undefined && serviceAccount !== undefined) {
    const of = model.workloads.find(
      (one) => one.namespace === namespace && one.serviceAccount === serviceAccount && one.proxy !== "none",
    );
    return of ?? { name: serviceAccount, namespace, serviceAccount, labels: {} };
  }
  const service = model.services.find(
    ({ selector, host }) => selector !== undefined && serviceNames(host).includes(name),
  );
  const [first] = service === undefined ? [] : model.workloads.filter((one) => isOf(service, one));
  if (first) return withAccount(first);
  const known = [...new Set(model.workloads.map(({ name: one }) => one))].sort();
  throw new UserError({
    problem: `There is no client "${name}".`,
    fix: `Name ${known.length === 0 ? "" : `one of: ${known.join(", ")}, or `}a service account: ns/<namespace>/sa/<name>.`,
  });
}

/** A client whose service account is known. */
function withAccount(client: Workload): Workload {
  if (client.assumed === undefined || client.serviceAccount !== undefined) return client;
  throw new UserError({
    problem: `No object creates the pods of ${nameOf(client)}, so their service account is unknown.`,
    fix: `Name the service account as the client: ns/${client.namespace}/sa/<name>. Or add the Deployment to the manifests.`,
  });
}

function serviceOf(model: Model, name: string, namespace: string): ServiceHost {
  const matching = model.services.filter(({ host }) => host === name || serviceNames(host).includes(name));
  const found = matching.find((one) => one.namespace === namespace) ?? matching[0];
  if (found) return found;
  const known = [...new Set(model.services.map(({ host }) => serviceNames(host)[0] ?? host))].sort();
  throw new UserError({
    problem: `There is no service "${name}".`,
    fix:
      known.length === 0
        ? "Add its Service or ServiceEntry to the manifests."
        : `Name one of: ${known.join(", ")}.`,
  });
}

/** `cart`, `shop/cart` and `cart.shop` for cart.shop.svc.cluster.local; the host itself for others. */
function serviceNames(host: string): string[] {
  const [name = "", namespace = "", svc] = host.split(".");
  return svc === "svc" ? [name, `${namespace}/${name}`, `${name}.${namespace}`] : [host];
}

function names({ name, namespace }: Workload): string[] {
  return [name, `${namespace}/${name}`];
}

function isOf({ selector = {}, namespace }: ServiceHost, one: Workload): boolean {
  return (
    one.namespace === namespace && Object.entries(selector).every(([key, value]) => one.labels[key] === value)
  );
}

function onlyPort({ ports, host }: ServiceHost): number {
  const [first, second] = ports;
  if (first && !second) return first.number;
  const known = ports.map(({ number, name }) => `${number} (${name})`).join(", ");
  throw new UserError({
    problem: `${host} has ${ports.length} ports.`,
    fix: `Choose one with --port: ${known}.`,
    exitCode: 2,
  });
}

function portsOfGateways(model: Model, gateways: readonly Workload[]): string {
  const ports = gateways.flatMap((one) => gatewayServers(model, one).map(({ port }) => port));
  return [...new Set(ports)].sort((one, other) => one - other).join(", ") || "none";
}

function nameOf({ namespace, name }: Workload): string {
  return `${namespace}/${name}`;
}
