import { inbound, modeAt } from "./inbound";
import { fieldsAt, textAt } from "./field";
import { gatewayServers, readsRequests } from "./gatewayRoute";
import type { RoutedRequest } from "./httpMatch";
import { type Decision, mayCall } from "./mayCall";
import type { Model } from "./model";
import { networkDecision, podPort } from "./networkDelivery";
import { type Receivers, receiversOf } from "./receivers";
import type { Request } from "./request";
import { routeOf } from "./routeOf";
import { ingressPorts } from "./space";
import type { Route, RouteDestination } from "./routing";
import { identityOf, type Workload } from "./workload";

/** A request that a client sends: an application to its proxy, or a client outside of the mesh to a gateway. */
export interface SentRequest extends RoutedRequest {
  /** IP address of the client. Default: unknown. */
  readonly sourceIp?: string;
}

/** What happens to a request: where the proxy sends it, and whether each destination accepts it. */
export interface Delivery {
  /** `allowed`, `denied` or `unknown` at every destination; `split` if they differ. `unrouted` if it reaches none. */
  readonly verdict: "allowed" | "denied" | "unknown" | "split" | "unrouted";
  readonly route: Route;
  /** A gateway's own decision about what it receives. */
  readonly atGateway?: Decision;
  readonly arrivals: readonly Arrival[];
}

/** A request that arrives at a destination of its route. */
export interface Arrival extends Pick<Receivers, "network" | "unknownPods"> {
  readonly destination: RouteDestination;
  /** The workloads that receive it. Empty for a host outside of the mesh. */
  readonly at: readonly Receipt[];
}

/** A request at a workload. */
export interface Receipt {
  readonly workload: Workload;
  /** The request as the workload's proxy sees it. */
  readonly request: Request;
  readonly decision: Decision;
  /** Where a gateway of the mesh, such as an egress gateway, sends it. */
  readonly next?: Delivery;
}

/**
 * Follows a request from a workload. Of a pod, it is what its application sends. Of a gateway, it is what a client
 * without an identity of the mesh sends to it. Gateways on the way, such as egress gateways, are followed too.
 * NetworkPolicies are asked before the proxies that receive it.
 *
 * @param from the client's workload, or the gateway.
 * @see https://istio.io/latest/docs/concepts/traffic-management/
 */
export function deliver(model: Model, from: Workload, request: SentRequest): Delivery {
  if (from.proxy !== "gateway") return fromPod(model, from, request);
  const client = { ...(request.scheme === "https" && { sni: request.host }) };
  const addresses = request.sourceIp === undefined ? [] : [request.sourceIp];
  const port = podPort(model, from, request.port);
  const network = networkDecision(model, { from: { addresses }, to: { workload: from }, port });
  const delivery = atGateway(model, from, request, client, [from]);
  return network ? heldBack(delivery, network) : delivery;
}

/** A gateway's delivery, if NetworkPolicies deny the connection to it or leave it open. */
function heldBack(delivery: Delivery, network: Decision): Delivery {
  if (network.answer === "denied") {
    return { verdict: "denied", route: delivery.route, atGateway: network, arrivals: [] };
  }
  return delivery.verdict === "denied" || delivery.verdict === "unrouted"
    ? delivery
    : { ...delivery, verdict: "unknown", atGateway: network };
}

function fromPod(model: Model, from: Workload, request: SentRequest): Delivery {
  const route = routeOf(model, from, request);
  if (route.outcome !== "passed through") return delivered(model, from, request, route, []);
  // Beside the proxy, and through it to an address, a request has no identity.
  const host = hostOf(model, request.host);
  const direct = { host, port: request.port, weight: 1, exists: true, tls: "none", policy: {} };
  return delivered(model, from, request, { ...route, destinations: [direct] }, []);
}

/** The service whose address a name stands for. */
function hostOf(model: Model, host: string): string {
  const known = byAddress.get(model.services);
  if (known) return known.get(host) ?? host;
  // The last entry of a key counts.
  const hosts = model.services
    .toReversed()
    .flatMap((one) => one.addresses.map((address) => [address, one.host] as const));
  const index = new Map(hosts);
  byAddress.set(model.services, index);
  return index.get(host) ?? host;
}

const byAddress = new WeakMap<Model["services"], ReadonlyMap<string, string>>();

function atGateway(
  model: Model,
  gateway: Workload,
  request: SentRequest,
  from: Pick<Request, "identity" | "sni">,
  passed: readonly Workload[],
): Delivery {
  const route = routeOf(model, gateway, request);
  const decision = admission(model, gateway, request, from);
  const none: Delivery = { verdict: decision.answer, route, atGateway: decision, arrivals: [] };
  if (decision.answer === "denied") return none;
  const delivery = { ...delivered(model, gateway, request, route, passed), atGateway: decision };
  // What is denied behind the gateway, or routed nowhere, does not arrive, whatever the gateway decides.
  const isOpen = delivery.verdict !== "denied" && delivery.verdict !== "unrouted";
  return decision.answer === "unknown" && isOpen ? { ...delivery, verdict: "unknown" } : delivery;
}

/** A gateway's decision: first its server's, which can require a certificate of the mesh, then its policies'. */
function admission(
  model: Model,
  gateway: Workload,
  request: SentRequest,
  from: Pick<Request, "identity" | "sni">,
): Decision {
  const servers = gatewayServers(model, gateway).filter(({ port }) => port === request.port);
  const requiring = servers.filter(({ tls }) => tls === "ISTIO_MUTUAL");
  if (from.identity === undefined && servers.length > 0 && requiring.length === servers.length) {
    const by = requiring[0]?.from;
    return { answer: "denied", reason: "mutual TLS required", unread: [], ...(by && { by }) };
  }
  const tcp = servers.length > 0 && !servers.some(readsRequests);
  return mayCall(model, gateway, arriving(request, request.port, tcp, from));
}

function delivered(
  model: Model,
  from: Workload,
  request: SentRequest,
  route: Route,
  passed: readonly Workload[],
): Delivery {
  const sent = route.path === undefined ? request : { ...request, path: route.path };
  const arrivals = route.destinations.map((destination) => arrival(model, from, sent, destination, passed));
  return { verdict: verdictOf(route, arrivals), route, arrivals };
}

function arrival(
  model: Model,
  from: Workload,
  request: SentRequest,
  destination: RouteDestination,
  passed: readonly Workload[],
): Arrival {
  const { network, unknownPods, receivers } = receiversOf(model, from, destination);
  return {
    destination,
    ...(network && { network }),
    ...(unknownPods && { unknownPods }),
    at: receivers.map((receiver) => {
      const received = receipt(model, from, request, destination, receiver, passed);
      return receiver.network ? withNetwork(received, receiver.network) : received;
    }),
  };
}

/** A receipt whose connection NetworkPolicies deny, or leave open. */
function withNetwork({ next, ...received }: Receipt, network: Decision): Receipt {
  if (network.answer === "denied") return { ...received, decision: network };
  const { decision } = received;
  return {
    ...received,
    decision: decision.answer === "allowed" ? network : decision,
    ...(next && { next: next.verdict === "denied" ? next : { ...next, verdict: "unknown" } }),
  };
}

function receipt(
  model: Model,
  from: Workload,
  request: SentRequest,
  destination: RouteDestination,
  to: Receivers["receivers"][number],
  passed: readonly Workload[],
): Receipt {
  const { workload, port } = to;
  const own = ingressPorts(model, workload).get(port);
  const tcp = own === undefined || own === "auto" ? to.tcp : own !== "http";
  const accepts = modeAt(inbound(model, workload), port);
  // Pods of gateways do not announce that they accept mutual TLS.
  const automatic = destination.tls === "auto" && accepts !== "DISABLE" && workload.proxy !== "gateway";
  const mutual = from.proxy !== "none" && (destination.tls === "ISTIO_MUTUAL" || automatic);
  const identity = mutual ? identityOf(from, model.settings) : undefined;
  // Proxies of the mesh ask for a name of their own, unless a DestinationRule names one.
  const sni = textAt(fieldsAt(destination.policy, "tls"), "sni");
  const client = { ...(identity && { identity }), ...(sni !== undefined && { sni }) };
  const seen = arriving(request, port, tcp, client);
  if (mutual && accepts === "DISABLE") {
    const decision: Decision = { answer: "denied", reason: "no mutual TLS expected", unread: [] };
    return { workload, request: seen, decision };
  }
  if (destination.tls === "MUTUAL" || passed.includes(workload)) {
    // Whether the mesh accepts a certificate of the user's own depends on its CA; a cycle of gateways has no end.
    const decision: Decision = { answer: "unknown", reason: "condition not read", unread: [] };
    return { workload, request: seen, decision };
  }
  if (workload.proxy === "gateway") {
    const scheme = mutual || destination.tls === "SIMPLE" ? "https" : "http";
    const next = atGateway(model, workload, { ...request, port, scheme }, client, [...passed, workload]);
    const { atGateway: decision = mayCall(model, workload, seen) } = next;
    return { workload, request: seen, decision, next };
  }
  return { workload, request: seen, decision: mayCall(model, workload, seen) };
}

function arriving(
  { method = "GET", path = "/", headers = {}, claims, host, sourceIp }: SentRequest,
  port: number,
  tcp: boolean,
  client: Pick<Request, "identity" | "sni">,
): Request {
  const common = { port, ...client };
  if (tcp) return { ...common, protocol: "tcp", ...(sourceIp !== undefined && { address: sourceIp }) };
  return {
    ...common,
    method,
    path,
    headers,
    host,
    ...(claims && { claims }),
    ...(sourceIp !== undefined && { address: sourceIp, remoteAddress: sourceIp }),
  };
}

function verdictOf({ outcome }: Route, arrivals: readonly Arrival[]): Delivery["verdict"] {
  if (outcome === "unknown") return "unknown";
  let verdict: Delivery["verdict"] | undefined;
  for (const { destination, at, network, unknownPods } of arrivals) {
    if (!destination.exists || unknownPods || at.length === 0) {
      const one = !destination.exists ? "unrouted" : unknownPods ? "unknown" : (network?.answer ?? "allowed");
      if (verdict !== undefined && verdict !== one) return "split";
      verdict = one;
      continue;
    }
    for (const { decision, next } of at) {
      const one = next?.verdict ?? decision.answer;
      if (verdict !== undefined && verdict !== one) return "split";
      verdict = one;
    }
  }
  return verdict ?? "unrouted";
}
