import {
  explainLoad,
  type ExternalService,
  formatDuration,
  isHttp,
  type Mesh,
  type OutlierDetection,
  type Protocol,
  type Service,
} from "../catalog";
import { exportTo } from "./exportTo";
import { analyzeSuppressAnnotation, metadata, type Manifest, objectName, protocolAnnotation } from "./object";
import type { DestinationRuleSpec } from "./types/destinationRule.gen";

type TrafficPolicy = NonNullable<DestinationRuleSpec["trafficPolicy"]>;

/** Shows how the limits of the circuit breaker that the catalog leaves open follow from the load. */
export const sizingAnnotation = "meshwright.dev/sizing";

/**
 * How callers' proxies treat each service: mutual TLS, circuit breaker, load balancing and its versions.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/
 */
export function destinationRules(mesh: Mesh): Manifest[] {
  const called = mesh.services.filter(({ ports }) => ports.length > 0);
  const named = called.flatMap((one) => [one, ...headlessOf(one)]);
  return [...named, ...mesh.externalServices].map((service: Service | ExternalService) => {
    const { namespace, host, versions, path, load } = service;
    const opaque = opaqueProtocol(service);
    const spec: DestinationRuleSpec = {
      host,
      ...("egressGateway" in service && { exportTo: exportTo(service) }),
      trafficPolicy: trafficPolicy(service),
      ...(versions.length > 0 && {
        subsets: versions.map((version) => ({ name: version.name, labels: { ...version.labels } })),
      }),
    };
    return {
      apiVersion: "networking.istio.io/v1",
      kind: "DestinationRule",
      metadata: metadata(mesh, {
        name: objectName(mesh, service),
        namespace,
        from: [path],
        annotations: {
          ...(load && { [sizingAnnotation]: explainLoad(load) }),
          ...(opaque && { [protocolAnnotation]: opaque }),
          // A subset that waits for its pods; a check of the catalog sees that nothing is routed to it.
          ...(hasIdleVersion(service) && { [analyzeSuppressAnnotation]: "IST0173" }),
        },
      }),
      spec,
    };
  });
}

function trafficPolicy(service: Service | ExternalService): TrafficPolicy {
  const { retryBudget, outlierDetection } = service.circuitBreaker;
  return {
    ...clientTls(service),
    connectionPool: connectionPool(service),
    loadBalancer: loadBalancer(service.loadBalancing),
    ...(outlierDetection && { outlierDetection: ejection(outlierDetection) }),
    ...(retryBudget && { retryBudget: { ...retryBudget } }),
  };
}

/** Single pods of a StatefulSet are called under another host, with the same settings. */
function headlessOf(service: Service): Service[] {
  const { headless } = service;
  return headless ? [{ ...service, ...headless, versions: [] }] : [];
}

/** Whether a version of a service is declared, but has no pods for now. */
function hasIdleVersion(service: Service | ExternalService): boolean {
  return (
    "workloads" in service && service.workloads.some(({ version, replicas }) => version && replicas === 0)
  );
}

/** What a service speaks if a proxy sees no requests on any of its ports. */
function opaqueProtocol({ ports }: Service): Protocol | undefined {
  return ports.some(({ protocol }) => isHttp(protocol)) ? undefined : ports[0]?.protocol;
}

/** Outside of the mesh nobody knows its certificates: TLS begins there or is the caller's own. */
function clientTls(service: Service | ExternalService): Pick<TrafficPolicy, "tls"> {
  if (!("egressGateway" in service)) return { tls: { mode: "ISTIO_MUTUAL" } };
  // The operating system's authorities: what Istio takes anyway, said where a reader and its analyzer look for it.
  return service.tls ? { tls: { mode: service.tls.mode, sni: service.host, caCertificates: "system" } } : {};
}

/**
 * All endpoints get their share, wherever the caller runs. If this is left out, outlier detection makes Istio prefer the
 * endpoints of the caller's zone: they get more than their share, and a consistent hash differs from zone to zone.
 *
 * @see https://istio.io/latest/docs/tasks/traffic-management/locality-load-balancing/
 */
export const everyLocality = { enabled: false } as const;

function loadBalancer({
  simple,
  consistentHash,
  locality,
}: Service["loadBalancing"]): TrafficPolicy["loadBalancer"] {
  const { failover, failoverPriority } = locality ?? {};
  return {
    ...(simple && { simple }),
    ...(consistentHash && { consistentHash: structuredClone(consistentHash) }),
    localityLbSetting: locality
      ? {
          enabled: true,
          ...(failover && { failover: failover.map(({ from, to }) => ({ from, to })) }),
          ...(failoverPriority && { failoverPriority: [...failoverPriority] }),
        }
      : { ...everyLocality },
  };
}

function connectionPool(service: Service): TrafficPolicy["connectionPool"] {
  const { connectTimeout, circuitBreaker } = service;
  const idleTimeout = service.idleTimeout !== undefined && {
    idleTimeout: formatDuration(service.idleTimeout),
  };
  const http = service.ports.some(({ protocol }) => isHttp(protocol));
  const tcp = service.ports.some(({ protocol }) => !isHttp(protocol));
  const { http1MaxPendingRequests, http2MaxRequests, maxRequestsPerConnection, h2UpgradePolicy, maxRetries } =
    circuitBreaker;
  return {
    tcp: {
      maxConnections: circuitBreaker.maxConnections,
      ...(connectTimeout !== undefined && { connectTimeout: formatDuration(connectTimeout) }),
      ...(tcp && idleTimeout),
    },
    ...(http && {
      http: {
        http1MaxPendingRequests,
        http2MaxRequests,
        ...(maxRequestsPerConnection !== undefined && { maxRequestsPerConnection }),
        ...(h2UpgradePolicy !== undefined && { h2UpgradePolicy }),
        maxRetries,
        ...idleTimeout,
      },
    }),
  };
}

function ejection({
  interval,
  baseEjectionTime,
  ...counts
}: OutlierDetection): TrafficPolicy["outlierDetection"] {
  return {
    ...counts,
    interval: formatDuration(interval),
    baseEjectionTime: formatDuration(baseEjectionTime),
  };
}
