import { bypassesOutbound, identityOf, inbound, principalOf, type Workload } from "../../effect";
import type { Passed } from "../alike";
import { answerFromOutside, answerFromPod, answerOf, type Part } from "../answers";
import { partsOf } from "../requestParts";
import { claimsOf } from "../signedToken";
import { type LabRequest, shownBody } from "../laboratory";
import { chainFor, type Connection, listenerAt, outboundListener } from "./envoy/chain";
import { upstreamOf, type UpstreamTls } from "./envoy/cluster";
import { envoyRoute, type ForwardedRoute } from "./envoy/route";
import { denied, isAccepted, managerOf, normalized } from "./gate";
import {
  byClient,
  connectionOf,
  ended,
  httpAnswer,
  type Mesh,
  methodOf,
  one,
  type Sent,
  shared,
  type Trace,
  type Wire,
} from "./journey";
import { type Json, listOf, objectOf, valueAt } from "./json";
import type { ProxyConfiguration } from "./proxy";
import { isUndeclared, type Pod } from "./world";

/** What becomes of a request. */
export interface Followed {
  readonly parts: readonly Part[];
  /** The route at the client's proxy, or at the gateway. Undefined if the request is not routed there. */
  readonly route?: ForwardedRoute;
  readonly passed: Passed;
  /** The clusters that the last proxy on the way sends it to. */
  readonly clusters: readonly Json[];
}

/** Follows a request of a pod, or at a gateway that it is sent to, through the configurations that istiod has sent. */
export function follow(mesh: Mesh, from: Workload, request: LabRequest): Followed {
  const { host, port, scheme, path } = partsOf(request);
  const claims = claimsOf(mesh, request);
  const trace: Trace = { clusters: [], receivers: [], left: false };
  const sent: Sent = { host, scheme, path, request, trace, hops: 0, ...(claims && { claims }) };
  const parts =
    from.proxy === "gateway"
      ? shared(mesh.world.podsOf(from).map((pod) => atPod(mesh, pod, port, byClient(sent), sent)))
      : shared(mesh.world.resolve(host).map((address) => fromPod(mesh, from, address, port, sent)));
  const { clusters, receivers, left, route } = trace;
  return { parts, clusters, passed: { receivers, left }, ...(route && { route }) };
}

/** Plaintext to the pods of a workload, at their own addresses. */
export function followDirect(mesh: Mesh, to: Workload, request: LabRequest): Part[] {
  const { port, scheme, path } = partsOf(request);
  const trace: Trace = { clusters: [], receivers: [], left: false };
  const sent: Sent = { host: "pod", scheme, path, request, trace, hops: 0 };
  return shared(mesh.world.podsOf(to).map((pod) => atPod(mesh, pod, port, byClient(sent), sent)));
}

function fromPod(mesh: Mesh, from: Workload, address: string, port: number, sent: Sent): Part[] {
  const wire = byClient(sent);
  const bypasses = from.proxy === "none" ? "yes" : bypassesOutbound(from, port);
  if (bypasses === "unknown") {
    return one({ unknown: "whether the connection passes the proxy depends on its address" });
  }
  if (bypasses === "yes") return atAddress(mesh, address, port, wire, sent);
  const configuration = mesh.configurationOf(from);
  if (configuration === undefined) return one("the proxy has no configuration");
  const connection = connectionOf(sent, address, port, wire);
  const listener = outboundListener(configuration.listeners, connection);
  const chain = listener && chainFor(listener, connection);
  return chain ? through(mesh, { from, configuration, chain, connection, wire, sent }) : one("ECONNRESET");
}

/** A connection at an address: of a Service, of a pod, or outside of the mesh. */
function atAddress(mesh: Mesh, address: string, port: number, wire: Wire, sent: Sent): Part[] {
  const { world } = mesh;
  sent.trace.left = true;
  const behind = world.behind(address, port);
  if (behind) {
    return behind.length === 0
      ? one("ECONNREFUSED")
      : shared(behind.map(({ pod, port: target }) => atPod(mesh, pod, target, wire, sent)));
  }
  const pod = world.podAt(address);
  if (pod) return atPod(mesh, pod, port, wire, sent);
  const encrypted = wire.tls !== undefined || sent.scheme === "https";
  return one(
    answerFromOutside(isUndeclared(address) ? "undeclared" : "outside", encrypted, { ...sent, port }),
  );
}

/** A connection at a pod: its proxy gets it first, if it has one. */
function atPod(mesh: Mesh, pod: Pod, port: number, wire: Wire, sent: Sent): Part[] {
  const { workload } = pod;
  const { proxy = "sidecar" } = workload;
  if (proxy === "none" || (proxy === "sidecar" && inbound(mesh.model, workload).bypassed(port))) {
    return atApplication(pod, wire, sent);
  }
  sent.trace.receivers.push(workload);
  const configuration = mesh.configurationOf(workload);
  if (configuration === undefined) return one("the proxy has no configuration");
  if (sent.hops > 5) return one({ unknown: "the request passes more than five proxies" });
  const connection = connectionOf(sent, pod.address, port, wire);
  const listener =
    proxy === "gateway"
      ? listenerAt(configuration.listeners, "0.0.0.0", port)
      : configuration.listeners.find(({ name }) => name === "virtualInbound");
  if (listener === undefined) return one("ECONNREFUSED");
  const chain = chainFor(listener, connection);
  if (chain === undefined || !isAccepted(mesh, chain, workload, wire, sent)) return one("ECONNRESET");
  const terminated: Wire = chain.transportSocket === undefined ? wire : { ...wire, tls: undefined };
  return proxy === "gateway"
    ? through(mesh, {
        from: workload,
        configuration,
        chain,
        connection,
        wire: terminated,
        client: wire,
        sent,
      })
    : inside(mesh, pod, chain, connection, terminated, sent);
}

/** The request at the application, or at its proxy's filters before. */
function inside(mesh: Mesh, pod: Pod, chain: Json, connection: Connection, wire: Wire, sent: Sent): Part[] {
  const manager = managerOf(chain);
  const seen = manager ? normalized(manager, sent) : sent;
  const denial = denied(mesh, chain, connection, wire, seen, manager !== undefined);
  return denial === undefined ? atApplication(pod, wire, seen) : one(denial);
}

/** An application of the laboratory does not speak the TLS of proxies. */
function atApplication(pod: Pod, wire: Wire, sent: Sent): Part[] {
  if (wire.tls !== undefined && sent.scheme !== "https") return one("ECONNRESET");
  const { service } = sent;
  return [
    { share: 1, answer: answerFromPod(pod.workload, sent), ...(service !== undefined && { host: service }) },
  ];
}

/** A request in a proxy that sends it on: a client's, or a gateway's. */
interface Passing {
  readonly from: Workload;
  readonly configuration: ProxyConfiguration;
  readonly chain: Json;
  readonly connection: Connection;
  /** The connection behind the proxy's own TLS. */
  readonly wire: Wire;
  /** The connection as the client has made it, at a gateway. */
  readonly client?: Wire;
  readonly sent: Sent;
}

function through(mesh: Mesh, passing: Passing): Part[] {
  const { chain, connection, wire, client = wire } = passing;
  const manager = managerOf(chain);
  const sent = manager ? normalized(manager, passing.sent) : passing.sent;
  const denial = denied(mesh, chain, connection, client, sent, manager !== undefined);
  if (denial !== undefined) return one(denial);
  if (manager) return routed(mesh, { ...passing, sent }, manager);
  const proxy = listOf(chain.filters)
    .map(({ typedConfig }) => objectOf(typedConfig))
    .find((config) => String(config["@type"]).endsWith("TcpProxy"));
  if (proxy === undefined)
    return one({ unknown: "the chain of filters has neither a TCP proxy nor a connection manager" });
  const weighted = listOf(objectOf(proxy.weightedClusters).clusters);
  const targets =
    weighted.length === 0
      ? [{ name: String(proxy.cluster), weight: 1 }]
      : weighted.map(({ name, weight = 0 }) => ({ name: String(name), weight: Number(weight) }));
  return divided(targets).flatMap(({ name, share }) =>
    toCluster(mesh, passing, name, sent).map((part) => ({
      ...part,
      share: part.share * share,
      answer: ended(part.answer) ? answerOf("closed") : part.answer,
    })),
  );
}

function divided(targets: readonly { readonly name: string; readonly weight: number }[]) {
  const sum = targets.reduce((all, { weight }) => all + weight, 0) || 1;
  return targets
    .filter(({ weight }) => weight > 0)
    .map(({ name, weight }) => ({ name, share: weight / sum }));
}

function routed(mesh: Mesh, passing: Passing, manager: Json): Part[] {
  const { configuration, sent } = passing;
  const { host, path, request, trace } = sent;
  const rds = String(valueAt(manager, "rds", "routeConfigName"));
  const config = manager.routeConfig ?? configuration.routes.get(rds);
  if (config === undefined) return one(httpAnswer(404, sent));
  const scheme = passing.client?.tls === undefined ? "http" : "https";
  const headers = request.headers ?? {};
  const found = envoyRoute(
    objectOf(config),
    { host, port: passing.connection.port, path, method: methodOf(request), headers },
    scheme,
  );
  switch (found.outcome) {
    case "not found":
      return one(httpAnswer(404, sent));
    case "redirected":
      return one({ ...answerOf(String(found.status)), headers: { location: found.location } });
    case "answered":
      return one({ ...httpAnswer(found.status, sent), body: shownBody(found.body) });
    case "blocked":
      return one(httpAnswer(found.status, sent));
    case "forwarded":
      break;
  }
  trace.route ??= found;
  const aborted = found.abort?.share ?? 0;
  const next: Sent = { ...sent, path: found.path, host: found.host };
  const passed = divided(found.clusters).flatMap(({ name, share }) =>
    toCluster(mesh, passing, name, next).map((part) => ({
      ...part,
      share: part.share * share * (1 - aborted),
      answer: ended(part.answer) ? httpAnswer(503, sent) : part.answer,
    })),
  );
  return aborted === 0
    ? passed
    : [{ share: aborted, answer: httpAnswer(found.abort?.status ?? 0, sent) }, ...passed];
}

/** Sends a request to a cluster, over a connection of the proxy's own. */
function toCluster(mesh: Mesh, passing: Passing, name: string, sent: Sent): Part[] {
  const { from, configuration, connection, wire } = passing;
  const upstream = upstreamOf(configuration, name);
  const [, , , service] = name.split("|");
  const next: Sent = { ...sent, hops: sent.hops + 1, ...(service !== undefined && { service }) };
  const cluster = configuration.clusters.get(name);
  if (cluster) sent.trace.clusters = [...withoutGateways(sent.trace.clusters, from), cluster];
  if (upstream.kind !== "none") sent.trace.left = true;
  switch (upstream.kind) {
    case "none":
      return one("ECONNREFUSED");
    case "original destination":
      return atAddress(
        mesh,
        connection.address,
        connection.port,
        started(mesh, from, wire, upstream.tls),
        next,
      );
    case "endpoints":
      if (upstream.endpoints.length === 0) return one("ECONNREFUSED");
      return upstream.endpoints.flatMap(({ address, port, share, tls }) =>
        shared(
          mesh.world
            .resolve(address)
            .map((at) => atAddress(mesh, at, port, started(mesh, from, wire, tls), next)),
        ).map((part) => ({ ...part, share: part.share * share })),
      );
  }
}

/** The last proxy on the way counts: what a gateway sends takes the place of what was sent to it. */
function withoutGateways(clusters: readonly Json[], { proxy }: Workload): readonly Json[] {
  return proxy === "gateway" ? [] : clusters;
}

/** The connection that a proxy opens: with its own TLS, or with what it got. */
function started(mesh: Mesh, from: Workload, wire: Wire, tls: UpstreamTls | undefined): Wire {
  if (tls === undefined) return wire.tls === undefined ? {} : { tls: wire.tls };
  const { sni, alpn, mutual, identities } = tls;
  return {
    tls: { alpn, ...(sni !== undefined && { sni }) },
    accepts: identities,
    ...(mutual && { identity: principalOf(identityOf(from, mesh.model.settings)) }),
  };
}
