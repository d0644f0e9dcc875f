import {
  type Decision,
  deliver,
  type Delivery,
  dryRunResults,
  type DryRunResult,
  type Model,
  type NearestRule,
  nearestRule,
  type ObjectName,
  type Request,
  type Route,
  type RouteDestination,
  unreadOf,
  type Workload,
} from "../../effect";
import { UserError } from "../../errors/userError";
import { clientOf } from "./client";
import { placeOf } from "./names";
import { openGateways, openPorts } from "./openServers";
import type { Question } from "./question";
import { type Target, targetOf } from "./target";

/** What happens to a request: where its proxy sends it, and whether each destination accepts it. */
export interface Answer {
  /** `allowed`, `denied` or `unknown` at every destination; `split` if they differ. `unrouted` if it reaches none. */
  readonly verdict: Delivery["verdict"];
  /** The host and port that the question's server stands for. Left out for a gateway on the way. */
  readonly to?: Target;
  /** Whether no workload has the client's service account, so that a pod with a proxy and without labels is assumed. */
  readonly assumedClient?: true;
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
  const to = targetOf(model, question, client);
  const isKnown = client.from !== undefined || model.workloads.includes(client);
  return {
    ...answerOf(model, client, deliver(model, client, { ...question, ...to })),
    to,
    ...(!isKnown && { assumedClient: true }),
  };
}

function fromOutside(model: Model, question: Question): Answer {
  const { server, scheme = "https" } = question;
  const to = { host: server.toLowerCase(), port: question.port ?? (scheme === "https" ? 443 : 80) };
  const candidates = openGateways(model, to.port).map((gateway) => ({
    gateway,
    delivery: deliver(model, gateway, { ...question, ...to, scheme }),
  }));
  const rank = ({ outcome }: Route): number => (outcome === "blocked" ? 2 : outcome === "not found" ? 1 : 0);
  const [first] = candidates.toSorted((one, other) => rank(one.delivery.route) - rank(other.delivery.route));
  if (first === undefined) {
    throw new UserError({
      problem: `No gateway listens on port ${to.port} for clients outside of the mesh.`,
      fix: `Ports of gateways: ${openPorts(model) || "none"}.`,
    });
  }
  return { ...answerOf(model, first.gateway, first.delivery), to };
}

/** A delivery with what helps a reader: names, the nearest rule of a denial, and rate limits. */
function answerOf(model: Model, proxy: Workload, { verdict, route, atGateway, arrivals }: Delivery): Answer {
  return {
    verdict,
    proxy: placeOf(proxy),
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
          workload: placeOf(workload),
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
