import { expect } from "chai";
import { gatewayProxies, isHttp, type Mesh, type ProxyTelemetry } from "../../catalog";
import { until } from "../sandbox/until";
import { connectXds } from "../../prove/xds/client";

const type = (name: string): string => `type.googleapis.com/envoy.config.${name}`;
const listeners = type("listener.v3.Listener");
const clusters = type("cluster.v3.Cluster");
const requests =
  "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";

/** A proxy of the mesh, and what the catalog promises of it. */
interface Promised {
  readonly node: "sidecar" | "router";
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** How the names of its filters for incoming requests begin. Missing where it takes connections only. */
  readonly incoming?: "inbound_" | "outbound_";
  readonly telemetry: ProxyTelemetry;
  readonly filters: readonly string[];
  /** Most connections to each cluster. */
  readonly connections: Readonly<Record<string, number>>;
}

interface RequestFilter {
  readonly statPrefix: string;
  readonly accessLog?: readonly unknown[];
  readonly tracing?: { readonly randomSampling?: { readonly value?: number }; readonly provider?: unknown };
  readonly httpFilters: readonly { readonly name: string }[];
}

interface Cluster {
  readonly name: string;
  readonly circuitBreakers?: { readonly thresholds: readonly { readonly maxConnections?: number }[] };
}

/**
 * Asks istiod for the configuration of every proxy of a mesh, its gateways' included, and holds it against the catalog.
 *
 * @param ports istiod's plain ports.
 */
export async function expectProxies(
  mesh: Mesh,
  { grpc = 0, http = 0 }: { grpc?: number; http?: number },
  version: string,
): Promise<void> {
  for (const [i, proxy] of [...sidecars(mesh), ...gateways(mesh)].entries()) {
    const id = `${proxy.name}.${proxy.namespace}`;
    const address = `10.99.${Math.floor(i / 200)}.${(i % 200) + 1}`;
    const domain = `${proxy.namespace}.svc.cluster.local`;
    const xds = connectXds(grpc, `${proxy.node}~${address}~${id}~${domain}`, {
      NAMESPACE: proxy.namespace,
      LABELS: proxy.labels,
      ISTIO_VERSION: version,
    });
    try {
      xds.send(clusters);
      xds.send(listeners);
      await until(`istiod has sent all to ${id}`, () => xds.received.length >= 2);
      const response = await fetch(`http://127.0.0.1:${http}/debug/config_dump?proxyID=${id}`);
      judge(proxy, (await response.json()) as object);
    } finally {
      xds.close();
    }
  }
}

function sidecars(mesh: Mesh): Promised[] {
  const callees = new Map(mesh.services.map((service) => [service.name, service]));
  return mesh.services.map((service) => ({
    node: "sidecar",
    name: service.name,
    namespace: service.namespace,
    labels: service.selector,
    ...(service.ports.some(({ protocol }) => isHttp(protocol)) && { incoming: "inbound_" as const }),
    telemetry: { ...mesh.telemetry, ...service.telemetry },
    filters: [
      "envoy.filters.http.rbac",
      ...(service.rateLimit ? ["envoy.filters.http.local_ratelimit"] : []),
      ...(service.globalRateLimits.length > 0 ? ["envoy.filters.http.ratelimit"] : []),
    ],
    connections: Object.fromEntries(
      service.outgoing.flatMap(({ callee, port }) => {
        const { host = "", circuitBreaker } = callees.get(callee) ?? {};
        return circuitBreaker ? [[`outbound|${port.port}||${host}`, circuitBreaker.maxConnections]] : [];
      }),
    ),
  }));
}

function gateways(mesh: Mesh): Promised[] {
  return gatewayProxies(mesh).map(({ name, namespace, selector }) => ({
    node: "router",
    name,
    namespace,
    labels: selector,
    incoming: "outbound_",
    telemetry: mesh.telemetry ?? {},
    // Who may leave is decided at the gateway, who may come in at the services.
    filters: namespace === "istio-egress" ? ["envoy.filters.http.rbac"] : [],
    connections: {},
  }));
}

function judge({ name, namespace, incoming, telemetry, filters, connections }: Promised, dump: object): void {
  const of = `${namespace}/${name}`;
  const own = [...within(dump, requests)].filter(
    ({ statPrefix }) => incoming && statPrefix.startsWith(incoming),
  );
  if (incoming) expect(own, `${of}: filters for requests`).to.not.be.empty;
  const { accessLogging, auditLogging, tracing } = telemetry;
  const logs = [accessLogging && !accessLogging.disabled, auditLogging].filter(Boolean).length;
  for (const filter of own) {
    const at = `${of} ${filter.statPrefix}`;
    expect(filter.accessLog ?? [], `${at}: logs`).to.have.length(logs);
    const names = filter.httpFilters.map((one) => one.name);
    expect(names, at).to.include.members([...filters, "istio.stats"]);
    if (tracing) {
      expect(filter.tracing?.provider, `${at}: tracer`).to.be.an("object");
      expect(filter.tracing?.randomSampling?.value ?? 0, `${at}: sampling`).to.equal(
        tracing.randomSamplingPercentage,
      );
    }
  }
  const found = new Map([...within(dump, clusters)].map((cluster) => [cluster.name, cluster]));
  for (const [cluster, limit] of Object.entries(connections)) {
    const [threshold] = found.get(cluster)?.circuitBreakers?.thresholds ?? [];
    expect(threshold?.maxConnections, `${of}: connections to ${cluster}`).to.equal(limit);
  }
}

function within(value: unknown, wanted: typeof requests): Iterable<RequestFilter>;
function within(value: unknown, wanted: string): Iterable<Cluster>;
/** Every message of a type, however deep. */
function* within(value: unknown, wanted: string): Iterable<unknown> {
  if (value === null || typeof value !== "object") return;
  if ("@type" in value && value["@type"] === wanted) yield value;
  for (const inner of Object.values(value)) yield* within(inner, wanted as typeof requests);
}
