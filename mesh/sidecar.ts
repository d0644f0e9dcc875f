import { egressGateway, formatDuration, isHttp, type Mesh, type Service, tracingNamespace } from "../catalog";
import { metadata, type Manifest } from "./object";
import type { SidecarSpec } from "./types/sidecar.gen";

/**
 * The Sidecar of each service limits the configuration of its proxies. It contains the services that it calls, those of
 * other catalogs that it reaches, and the one that receives its spans. Other hosts, in the mesh or outside, have no
 * route.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/sidecar/
 */
export function sidecars(mesh: Mesh): Manifest[] {
  const hosts = new Map(
    [...mesh.services, ...mesh.externalServices].map((service) => [
      service.name,
      [service.host, ...(service.headless ? [service.headless.host] : [])].map(
        (host) => `${service.namespace}/${host}`,
      ),
    ]),
  );
  const leaving = new Set(
    mesh.externalServices.filter((service) => service.egressGateway).map(({ name }) => name),
  );
  const tracing = mesh.telemetry?.tracing;
  const always = tracing ? [`${tracingNamespace(tracing)}/${tracing.service}`] : [];
  return mesh.services.map((service) => {
    const { name, namespace, selector, outgoing, reach, kubernetesApi, path } = service;
    const callees = [
      ...new Set([
        ...outgoing.flatMap(({ callee }) => hosts.get(callee) ?? []),
        ...reach.map(({ namespace: theirs, host }) => `${theirs}/${host}`),
        ...always,
        ...(kubernetesApi ? ["default/kubernetes.default.svc.cluster.local"] : []),
        ...(outgoing.some(({ callee }) => leaving.has(callee))
          ? [`${egressGateway.release}/${egressGateway.host}`]
          : []),
      ]),
    ].sort();
    const spec: SidecarSpec = {
      workloadSelector: { labels: { ...selector } },
      egress: [
        {
          // Exact hosts only: istiod finds these in an index. One pattern makes it scan every service for each proxy.
          hosts: mesh.authorization === "dryRun" ? [allHosts] : callees.length > 0 ? callees : [noHosts],
        },
      ],
      outboundTrafficPolicy: { mode: "REGISTRY_ONLY" },
      ...inboundPool(service),
    };
    return {
      apiVersion: "networking.istio.io/v1",
      kind: "Sidecar",
      metadata: metadata(mesh, {
        name,
        namespace,
        from: [path, ...[...outgoing, ...reach].map((one) => one.path)],
      }),
      spec,
    };
  });
}

/** While the mesh's authorization is a dry run, undeclared calls must reach their callee to be seen. */
const allHosts = "*/*";

/** Selects nothing: https://istio.io/latest/docs/reference/config/networking/sidecar/#IstioEgressListener-hosts */
const noHosts = "~/*";

type Pool = NonNullable<SidecarSpec["inboundConnectionPool"]>;

/**
 * Connections from the proxy to the application. A DestinationRule in the proxy's own scope would apply to them, too.
 * So if a service calls itself, its per-caller limits would limit all of its callers together.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/sidecar/#Sidecar-inbound_connection_pool
 */
function inboundPool({
  name,
  ports,
  outgoing,
  idleTimeout,
}: Service): Pick<SidecarSpec, "inboundConnectionPool"> {
  const callsItself = outgoing.some(({ callee }) => callee === name);
  if (!callsItself && (idleTimeout === undefined || ports.length === 0)) return {};
  const idle = idleTimeout !== undefined && { idleTimeout: formatDuration(idleTimeout) };
  const http = ports.some(({ protocol }) => isHttp(protocol));
  const tcp = ports.some(({ protocol }) => !isHttp(protocol));
  const pool: Pool = {
    ...((callsItself || tcp) && {
      tcp: { ...(callsItself && { maxConnections: unlimited }), ...(tcp && idle) },
    }),
    ...(http && {
      http: {
        ...(callsItself && {
          http1MaxPendingRequests: unlimited,
          http2MaxRequests: unlimited,
          maxRetries: unlimited,
        }),
        ...idle,
      },
    }),
  };
  return { inboundConnectionPool: pool };
}

/** The maximum that the API accepts. Istio's default for inbound connections is unlimited. */
const unlimited = 2_147_483_647;
