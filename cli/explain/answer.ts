import {
  type Decision,
  gatewayServers,
  identityOf,
  mayCall,
  type Model,
  type NearestRule,
  nearestRule,
  type ObjectName,
  type Request,
  type Route,
  type RouteDestination,
  routeOf,
  type ServiceHost,
  unreadOf,
  type Workload,
} from "../../effect";
import { UserError } from "../../errors/userError";
import type { Question } from "./question";

/** What happens to a request: where its proxy sends it, and whether each destination accepts it. */
export interface Answer {
  /** `allowed`, `denied` or `unknown` at every destination; `split` if they differ. `unrouted` if it reaches none. */
  readonly verdict: "allowed" | "denied" | "unknown" | "split" | "unrouted";
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
  /** The workloads that receive it, each with its decision. Empty for a host outside of the mesh. */
  readonly at: readonly {
    readonly workload: string;
    readonly request: Request;
    readonly decision: Decision;
    /** For a denied request, the rule that comes nearest. */
    readonly nearest?: NearestRule;
    /** Objects that limit the rate. */
    readonly limits: readonly ObjectName[];
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
  const { method, path, headers, claims, scheme = "http" } = question;
  const port = question.port ?? onlyPort(service);
  const sent = { host: service.host, port, method, path, headers, scheme, ...(claims && { claims }) };
  const route = routeOf(model, client, sent);
  const identity = client.proxy === "none" ? undefined : identityOf(client, model.settings);
  const direct: RouteDestination[] =
    route.outcome === "passed through"
      ? [{ host: service.host, port, weight: 1, exists: true, tls: "none", policy: {} }]
      : [];
  const destinations = [...route.destinations, ...direct].map((destination) =>
    arrival(model, question, destination, route, { ...(identity && { identity }), host: service.host }),
  );
  return { verdict: verdictOf(route, destinations), proxy: nameOf(client), route, destinations };
}

function fromOutside(model: Model, question: Question): Answer {
  const { server: host, scheme = "https", method, path, headers, claims } = question;
  const port = question.port ?? (scheme === "https" ? 443 : 80);
  const gateways = model.workloads.filter(({ proxy }) => proxy === "gateway");
  const serving = gateways.filter((one) => gatewayServers(model, one).some((server) => server.port === port));
  const candidates = serving.map((gateway) => {
    const sent = { host, port, method, path, headers, scheme, ...(claims && { claims }) };
    return { gateway, route: routeOf(model, gateway, sent) };
  });
  const rank = ({ outcome }: Route): number => (outcome === "blocked" ? 2 : outcome === "not found" ? 1 : 0);
  const [first] = candidates.toSorted((one, other) => rank(one.route) - rank(other.route));
  if (first === undefined) {
    throw new UserError({
      problem: `No gateway listens on port ${port}.`,
      fix: `Ports of gateways: ${portsOfGateways(model, gateways)}.`,
    });
  }
  const { gateway, route } = first;
  const atGateway = mayCall(model, gateway, arriving(question, { port, host }));
  const passes = atGateway.answer !== "denied";
  const from = { identity: identityOf(gateway, model.settings), host };
  const destinations = passes
    ? route.destinations.map((one) => arrival(model, question, one, route, from))
    : [];
  const verdict = atGateway.answer === "allowed" ? verdictOf(route, destinations) : atGateway.answer;
  return { verdict, proxy: nameOf(gateway), route, atGateway, destinations };
}

function arrival(
  model: Model,
  question: Question,
  destination: RouteDestination,
  { path: forwarded }: Route,
  from: Pick<Request, "identity" | "host">,
): Arrival {
  const service = model.services.find(({ host }) => host === destination.host);
  const { selector, namespace } = service ?? {};
  const labels = { ...selector, ...destination.labels };
  const receivers =
    selector === undefined || !destination.exists
      ? []
      : model.workloads.filter(
          (one) =>
            one.namespace === namespace &&
            Object.entries(labels).every(([key, value]) => one.labels[key] === value),
        );
  const port = service?.ports.find(({ number }) => number === destination.port);
  const path = forwarded ?? question.path;
  return {
    destination,
    at: receivers.map((workload) => {
      const target = port?.target ?? destination.port;
      const number =
        typeof target === "number" ? target : (workload.namedPorts?.[target] ?? destination.port);
      const tcp = port !== undefined && port.protocol !== "http" && port.protocol !== "auto";
      const request = { ...arriving({ ...question, path }, { port: number, tcp }), ...from };
      const decision = mayCall(model, workload, request);
      const nearest = decision.answer === "denied" ? nearestRule(model, workload, request) : undefined;
      const limits = unreadOf(model, workload).filter(({ about }) => about === "limits");
      return {
        workload: nameOf(workload),
        request,
        decision,
        ...(nearest && { nearest }),
        limits: limits.map((one) => one.from),
      };
    }),
  };
}

function arriving(
  { method, path, headers, claims, sourceIp }: Question,
  { port, host, tcp = false }: { readonly port: number; readonly host?: string; readonly tcp?: boolean },
): Request {
  if (tcp) return { port, protocol: "tcp", ...(sourceIp !== undefined && { address: sourceIp }) };
  return {
    port,
    method,
    path,
    headers,
    ...(host !== undefined && { host }),
    ...(claims && { claims }),
    ...(sourceIp !== undefined && { address: sourceIp, remoteAddress: sourceIp }),
  };
}

function verdictOf({ outcome }: Route, destinations: readonly Arrival[]): Answer["verdict"] {
  if (outcome === "unknown") return "unknown";
  if (destinations.length === 0) return "unrouted";
  const answers = destinations.flatMap(({ destination, at }): Answer["verdict"][] => {
    if (!destination.exists) return ["unrouted"];
    return at.length === 0 ? ["allowed"] : at.map(({ decision }) => decision.answer);
  });
  const [first = "unrouted"] = answers;
  return answers.every((one) => one === first) ? first : "split";
}

function clientOf(model: Model, name: string): Workload {
  const own = model.workloads.find((one) => names(one).includes(name));
  if (own) return own;
  const service = model.services.find(
    ({ selector, host }) => selector !== undefined && serviceNames(host).includes(name),
  );
  const [first] = service === undefined ? [] : model.workloads.filter((one) => isOf(service, one));
  if (first) return first;
  const known = [...new Set(model.workloads.map(({ name: one }) => one))].sort();
  throw new UserError({ problem: `There is no client "${name}".`, fix: `Name one of: ${known.join(", ")}.` });
}

function serviceOf(model: Model, name: string, namespace: string): ServiceHost {
  const matching = model.services.filter(({ host }) => host === name || serviceNames(host).includes(name));
  const found = matching.find((one) => one.namespace === namespace) ?? matching[0];
  if (found) return found;
  const known = [...new Set(model.services.map(({ host }) => serviceNames(host)[0] ?? host))].sort();
  throw new UserError({
    problem: `There is no service "${name}".`,
    fix: `Name one of: ${known.join(", ")}.`,
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
