import {
  explainLoad,
  type ExternalService,
  formatDuration,
  isHttp,
  type Mesh,
  originatesTls,
  type OutlierDetection,
  type Port,
  type Protocol,
  type Service,
} from "../catalog";
import { exportTo } from "./exportTo";
import { externalHosts } from "./externalHosts";
import { analyzeSuppressAnnotation, metadata, type Manifest, objectName, protocolAnnotation } from "./object";
import type { DestinationRuleSpec } from "./types/destinationRule.gen";

type TrafficPolicy = NonNullable<DestinationRuleSpec["trafficPolicy"]>;

/** Shows how the derived limits of the circuit breaker follow from the load. */
const sizingAnnotation = "meshwright.dev/sizing";

/**
 * The settings of callers' proxies for each service: mutual TLS, circuit breaker, load balancing and versions.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/
 */
export function destinationRules(mesh: Mesh): Manifest[] {
  const called = mesh.services.filter(({ ports }) => ports.length > 0);
  const named = called.flatMap((one) => [one, ...headlessOf(one)]);
  return [
    ...named.map((service) => destinationRule(mesh, service)),
    ...externalHosts(mesh).map((services) => outside(mesh, services)),
  ];
}

/** One for all external services of a host. Its settings are those of the first that has requests. */
function outside(mesh: Mesh, services: readonly [ExternalService, ...ExternalService[]]): Manifest {
  const [first] = services;
  const main = services.find(({ ports }) => ports.some(({ protocol }) => isHttp(protocol))) ?? first;
  const portLevelSettings = services.flatMap((service) =>
    service.ports
      .filter((port) => service !== main || (service.tls && !originatesTls(service, port)))
      .map((port) => portPolicy(service, port)),
  );
  return destinationRule(mesh, first, {
    from: services.map(({ path }) => path),
    ports: services.flatMap(({ ports }) => ports),
    exportTo: exportTo(...services),
    trafficPolicy: {
      ...trafficPolicy(main),
      ...(portLevelSettings.length > 0 && { portLevelSettings }),
    },
  });
}

/** The settings of one port, which inherits none from the host. */
function portPolicy(
  service: ExternalService,
  port: Port,
): NonNullable<TrafficPolicy["portLevelSettings"]>[number] {
  const { tls, connectionPool: pool, ...policy } = trafficPolicy({ ...service, ports: [port] });
  return {
    port: { number: port.port },
    ...(originatesTls(service, port) && { tls }),
    connectionPool: pool,
    loadBalancer: policy.loadBalancer,
    ...(policy.outlierDetection && { outlierDetection: policy.outlierDetection }),
  };
}

interface Host {
  readonly from: readonly string[];
  readonly ports: readonly Port[];
  readonly exportTo?: string[];
  readonly trafficPolicy: TrafficPolicy;
}

function destinationRule(
  mesh: Mesh,
  service: Service | ExternalService,
  own: Host = { from: [service.path], ports: service.ports, trafficPolicy: trafficPolicy(service) },
): Manifest {
  const { namespace, host, versions, load } = service;
  const opaque = opaqueProtocol(own);
  const spec: DestinationRuleSpec = {
    host,
    ...(own.exportTo && { exportTo: own.exportTo }),
    trafficPolicy: own.trafficPolicy,
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
      from: own.from,
      annotations: {
        ...(load && { [sizingAnnotation]: explainLoad(load) }),
        ...(opaque && { [protocolAnnotation]: opaque }),
        // A subset without pods yet. A check of the catalog verifies that no route leads to it.
        ...(hasIdleVersion(service) && { [analyzeSuppressAnnotation]: "IST0173" }),
      },
    }),
    spec,
  };
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

/** Single pods of a StatefulSet have another host, with the same settings. */
function headlessOf(service: Service): Service[] {
  const { headless } = service;
  return headless ? [{ ...service, ...headless, versions: [] }] : [];
}

/** Whether a declared version of a service has no pods for now. */
function hasIdleVersion(service: Service | ExternalService): boolean {
  return (
    "workloads" in service && service.workloads.some(({ version, replicas }) => version && replicas === 0)
  );
}

/** Returns the protocol of a service whose proxies see no requests on any port. */
function opaqueProtocol({ ports }: Pick<Host, "ports">): Protocol | undefined {
  return ports.some(({ protocol }) => isHttp(protocol)) ? undefined : ports[0]?.protocol;
}

/** External services have no mesh certificate: the proxy originates TLS, or the caller does. */
function clientTls(service: Service | ExternalService): Pick<TrafficPolicy, "tls"> {
  if (!("egressGateway" in service)) return { tls: { mode: "ISTIO_MUTUAL" } };
  const { tls, host, ports } = service;
  if (!tls || !ports.some((port) => originatesTls(service, port))) return {};
  const { mode, credentialName } = tls;
  return {
    tls: {
      mode,
      sni: host,
      // The Secret has the CA certificate, too. The operating system's are Istio's default, but its analyzer requires an
      // explicit value.
      ...(credentialName === undefined ? { caCertificates: "system" } : { credentialName }),
    },
  };
}

/**
 * All endpoints get equal shares, wherever the caller runs. Without this, outlier detection makes Istio prefer the
 * endpoints of the caller's zone. They would get more requests, and a consistent hash would differ between zones.
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
