import { normalizeAlerts } from "./alerts";
import type { CallDefinition, Edge, Source } from "./call";
import { normalizeCertificates } from "./certificates";
import { normalizeCircuitBreaker } from "./circuitBreaker";
import { normalizeTermination } from "./drain";
import { parseDuration, type Duration } from "./duration";
import {
  type Cors,
  type CorsDefinition,
  type Gateway,
  type GatewayDefinition,
  type GatewayHost,
  type GatewayHostDefinition,
  type GatewayRedirect,
  type GatewayRoute,
  gatewayPods,
  ingressRelease,
} from "./gateway";
import { normalizeGlobalRateLimits, type RateLimitService } from "./globalRateLimit";
import { limitsFor, normalizeLoad } from "./load";
import { normalizeLoadBalancing } from "./loadBalancing";
import { defaultIstioVersion, type Mesh, type MeshDefinition } from "./mesh";
import { normalizeMtls } from "./mtls";
import { egressGateway, type ExternalService, type ExternalServiceDefinition } from "./externalService";
import { normalizeNetworkPolicies } from "./networkPolicies";
import { formatPath } from "./path";
import { isHttp, normalizePorts } from "./port";
import { normalizeRateLimit } from "./rateLimit";
import { normalizeReach } from "./reach";
import { noRetries, normalizeRetries, repeatsSlowTries } from "./retries";
import { heldToTheirPaths, routesOf } from "./routeRegions";
import { isShared } from "./ownership";
import type { Service, ServiceDefinition, Version } from "./service";
import { normalizeServiceAccount } from "./serviceAccount";
import { hostOf } from "./serviceHost";
import { normalizeServiceTelemetry, normalizeTelemetry } from "./telemetry";
import { type Mirror, normalizeFault } from "./traffic";
import { fewestPods, normalizeWorkloads, type VersionDefinition, versionLabels } from "./workload";

/**
 * Resolves every default of a catalog, once; no later layer has any.
 *
 * @param definition structurally valid, with every name it refers to declared.
 * @throws Error when a call or route refers to a service or port that doesn't exist: run the checks before.
 */
export function normalize(definition: MeshDefinition): Mesh {
  const settings = {
    name: definition.name,
    environment: definition.environment ?? "prod",
    namespace: definition.namespace ?? definition.name,
    istioVersion: definition.istioVersion ?? defaultIstioVersion,
    ...(definition.canaryIstioVersion !== undefined && { canaryIstioVersion: definition.canaryIstioVersion }),
    rootNamespace: definition.rootNamespace ?? "istio-system",
    trustDomain: definition.trustDomain ?? "cluster.local",
  } as const;

  const callees = new Map<string, Callee>();
  for (const [name, external] of sortedEntries(definition.externalServices ?? {})) {
    callees.set(name, normalizeExternalService(name, external, settings.namespace));
  }
  for (const [name, service] of sortedEntries(definition.services)) {
    callees.set(name, normalizeService(name, service, settings.namespace));
  }

  const edges: Edge[] = [];
  for (const [name, { calls = {} }] of sortedEntries(definition.services)) {
    const source = serviceSource(calleeNamed(callees, name), settings.trustDomain);
    for (const [callee, call] of sortedEntries(calls)) {
      const path = ["services", name, "calls", callee];
      const one = (each: CallDefinition, where: (string | number)[]): Edge =>
        normalizeEdge(source, each, calleeNamed(callees, callee), formatPath(where));
      edges.push(...(isList(call) ? call.map((each, i) => one(each, [...path, i])) : [one(call, path)]));
    }
  }
  const served = groupBy(
    Object.values(definition.gateways ?? {}).flatMap(({ hosts }) => Object.keys(hosts)),
    (host) => host,
  );
  const gateways = heldToTheirPaths(
    sortedEntries(definition.gateways ?? {}).map(([name, gateway]) =>
      normalizeGateway(name, gateway, settings, callees, (host) => (served.get(host) ?? []).length > 1),
    ),
  );
  edges.push(...gateways.flatMap(routesOf).map(({ edge }) => edge));

  for (const [name, { admit = {} }] of sortedEntries(definition.services)) {
    for (const [admitted, { namespace, serviceAccount, ...call }] of sortedEntries(admit)) {
      const outside: Source =
        serviceAccount === undefined
          ? { kind: "outside", name: admitted, namespace }
          : sourceOf("outside", admitted, namespace, serviceAccount, settings.trustDomain);
      const path = formatPath(["services", name, "admit", admitted]);
      edges.push(normalizeEdge(outside, call, calleeNamed(callees, name), path));
    }
  }

  const counter = rateLimitServiceOf(definition, callees);
  for (const { source, path } of limitedSources(definition, callees, settings.trustDomain)) {
    if (!counter) break;
    const call = { port: counter.port.name, methods: ["POST"], paths: [shouldRateLimit] } as const;
    const edge = normalizeEdge(source, call, calleeNamed(callees, counter.service), path);
    // The filter that asks has a limit of its own, and asks once.
    edges.push({ ...edge, timeout: counter.timeout, retries: noRetries });
  }

  const mirrors = mirrorsOf(definition, callees);
  edges.push(...edges.flatMap((edge) => mirroredEdge(edge, mirrors.get(edge.callee)) ?? []));

  const outgoing = groupBy(edges, ({ source }) => `${source.kind} ${source.name}`);
  const incoming = groupBy(edges, ({ callee }) => callee);
  const connected = (
    name: string,
    own: Pick<ServiceDefinition, "alerts" | "circuitBreaker" | "load">,
  ): Service => {
    const edgesTo = (incoming.get(name) ?? []).sort((a, b) => compare(a.path, b.path));
    const callee = calleeNamed(callees, name);
    const sized = sizedBreaker(own, edgesTo, callees);
    return {
      ...callee,
      workloads: callee.workloads.map((workload) => ({
        ...workload,
        termination: normalizeTermination(name, workload.drain, edgesTo, workload.pod),
      })),
      ...sized,
      alerts: normalizeAlerts(own.alerts, definition.alerts, sized.load),
      outgoing: outgoing.get(`service ${name}`) ?? [],
      incoming: edgesTo,
    };
  };
  const services = sortedEntries(definition.services).map(([name, own]): Service => ({
    ...connected(name, own),
    ...(mirrors.has(name) && { mirror: mirrors.get(name) }),
    ...(own.telemetry && { telemetry: normalizeServiceTelemetry(own.telemetry, definition.telemetry) }),
  }));
  const externalServices = sortedEntries(definition.externalServices ?? {}).map(
    ([
      name,
      { addresses = [], tls, egressGateway: leaves = false, circuitBreaker = {} },
    ]): ExternalService => ({
      ...connected(name, { circuitBreaker }),
      addresses: [...addresses].sort(compare),
      ...(tls && { tls }),
      egressGateway: leaves,
    }),
  );

  const ofGateways = new Set([egressGateway.release, ...gateways.map(({ pods }) => pods.namespace)]);
  const shared = (namespace: string): boolean =>
    isShared(namespace, { ...definition, rootNamespace: settings.rootNamespace }, ofGateways);
  const namespaces = [...new Set([...services, ...gateways].map(({ namespace }) => namespace))].sort(compare);
  return {
    ...settings,
    ...(definition.revision !== undefined && { revision: definition.revision }),
    namespaces,
    ownNamespaces: namespaces.filter((namespace) => !shared(namespace)),
    services,
    externalServices,
    gateways,
    jwtRules: (definition.jwtRules ?? []).map((rule) => ({ forwardOriginalToken: true, ...rule })),
    ...(counter && { rateLimitService: counter }),
    ...(definition.telemetry && { telemetry: normalizeTelemetry(definition.telemetry) }),
    ...(definition.networkPolicies && {
      networkPolicies: normalizeNetworkPolicies(definition.networkPolicies),
    }),
    alerts: normalizeAlerts(definition.alerts),
    certificates: normalizeCertificates(definition.certificates),
    overrides: definition.overrides ?? {},
  };
}

/** What proxies ask of the rate limit service. */
const shouldRateLimit = "/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit";

function rateLimitServiceOf(
  { rateLimitService: definition }: MeshDefinition,
  callees: ReadonlyMap<string, Callee>,
): RateLimitService | undefined {
  if (!definition) return undefined;
  const { service, onFailure, timeout = "100ms" } = definition;
  const { namespace, host, ports } = calleeNamed(callees, service);
  const port = definition.port === undefined ? ports[0] : ports.find(({ name }) => name === definition.port);
  if (!port) throw new Error(`rateLimitService: "${service}" has no port "${definition.port ?? ""}"`);
  return { service, namespace, host, port, onFailure, timeout: milliseconds(timeout) ?? 0 };
}

/** The services whose proxies ask whether a request may pass. */
function limitedSources(
  { services }: MeshDefinition,
  callees: ReadonlyMap<string, Callee>,
  trustDomain: string,
): { source: Source; path: string }[] {
  return sortedEntries(services)
    .filter(([, { globalRateLimits }]) => globalRateLimits !== undefined)
    .map(([name]) => ({
      source: serviceSource(calleeNamed(callees, name), trustDomain),
      path: formatPath(["services", name, "globalRateLimits"]),
    }));
}

/** By the name of the service whose requests are copied. */
function mirrorsOf({ services }: MeshDefinition, callees: ReadonlyMap<string, Callee>): Map<string, Mirror> {
  const mirrors = new Map<string, Mirror>();
  for (const [name, { traffic }] of sortedEntries(services)) {
    if (traffic?.mirror?.service === undefined) {
      if (traffic?.mirror) mirrors.set(name, traffic.mirror);
      continue;
    }
    const { service, percentage } = traffic.mirror;
    const own = calleeNamed(callees, name).ports;
    const { host, ports } = calleeNamed(callees, service);
    const shared = ports.filter(
      (port) =>
        isHttp(port.protocol) && own.some((one) => one.name === port.name && one.protocol === port.protocol),
    );
    mirrors.set(name, { service, percentage, host, ports: shared });
  }
  return mirrors;
}

/** Whoever may send a request may send its copy, once and for as long as it takes. */
function mirroredEdge(edge: Edge, mirror?: Mirror): Edge | undefined {
  if (mirror?.service === undefined || edge.source.kind === "outside") return undefined;
  const port = mirror.ports.find(({ name }) => name === edge.port.name);
  if (!port) return undefined;
  const { source, methods, paths, notPaths, endUser } = edge;
  return {
    source,
    callee: mirror.service,
    port,
    methods,
    paths,
    ...(notPaths && { notPaths }),
    ...(endUser && { endUser }),
    retries: noRetries,
    ownTimeout: false,
    ownRetries: false,
    asynchronous: false,
    mirrored: true,
    path: formatPath(["services", edge.callee, "traffic", "mirror"]),
  };
}

type Callee = Omit<Service, "incoming" | "outgoing" | "alerts" | "circuitBreaker" | "load">;

function normalizeService(name: string, definition: ServiceDefinition, meshNamespace: string): Callee {
  const { versions = {}, traffic = {}, resilience = {}, sidecar = {} } = definition;
  const namespace = definition.namespace ?? meshNamespace;
  const timeout = milliseconds(resilience.timeout);
  const connectTimeout = milliseconds(resilience.connectTimeout);
  const idleTimeout = milliseconds(resilience.idleTimeout);
  const ports = normalizePorts(definition.ports ?? {});
  const selector = definition.selector ?? { app: name };
  return {
    name,
    namespace,
    host: hostOf(name, namespace),
    ports,
    service: ports.length === 0 ? "none" : (definition.service ?? (definition.workload ? "create" : "none")),
    ...(definition.workload?.kind === "StatefulSet" && {
      headless: { name: `${name}-headless`, host: hostOf(`${name}-headless`, namespace) },
    }),
    serviceAccount: normalizeServiceAccount(
      name,
      definition.serviceAccount,
      definition.workload !== undefined,
    ),
    selector,
    versions: normalizeVersions(versions, traffic.weights),
    headerRoutes: traffic.headerRoutes ?? [],
    ...(traffic.fault && { fault: normalizeFault(traffic.fault) }),
    ...(timeout !== undefined && { timeout }),
    retries: ports.some(({ protocol }) => isHttp(protocol))
      ? normalizeRetries(resilience.retries, timeout)
      : noRetries,
    ...(connectTimeout !== undefined && { connectTimeout }),
    ...(idleTimeout !== undefined && { idleTimeout }),
    loadBalancing: normalizeLoadBalancing(definition.loadBalancing),
    ...(definition.rateLimit && { rateLimit: normalizeRateLimit(definition.rateLimit) }),
    globalRateLimits: normalizeGlobalRateLimits(name, definition.globalRateLimits ?? {}),
    reach: normalizeReach(name, definition.reach ?? {}),
    kubernetesApi: definition.kubernetesApi ?? false,
    ...(definition.mtls && { mtls: normalizeMtls(definition.mtls, ports) }),
    sidecar,
    workloads: normalizeWorkloads(name, definition.workload, versions, selector, ports),
    path: formatPath(["services", name]),
  };
}

/** The circuit breaker's limits hang on how many pods call, so on the whole call graph. */
function sizedBreaker(
  definition: Pick<ServiceDefinition, "circuitBreaker" | "load">,
  incoming: readonly Edge[],
  callees: ReadonlyMap<string, Callee>,
): Pick<Service, "circuitBreaker" | "load"> {
  if (!definition.load) return { circuitBreaker: normalizeCircuitBreaker(definition.circuitBreaker) };
  const callers = new Set(
    incoming.filter(({ source }) => source.kind === "service").map(({ source }) => source.name),
  );
  const pods = [...callers].flatMap((name) => calleeNamed(callees, name).workloads).map(fewestPods);
  const load = normalizeLoad(
    definition.load,
    pods.reduce((sum, count) => sum + count, 0),
  );
  return { load, circuitBreaker: normalizeCircuitBreaker(definition.circuitBreaker, limitsFor(load)) };
}

/** What is said of every service holds for it too; only its name is another one. */
function normalizeExternalService(
  name: string,
  { host, ports, resilience = {} }: ExternalServiceDefinition,
  meshNamespace: string,
): Callee {
  const service = normalizeService(name, { ports, resilience }, meshNamespace);
  return { ...service, host, path: formatPath(["externalServices", name]) };
}

function normalizeVersions(
  versions: Readonly<Record<string, VersionDefinition>>,
  weights?: Readonly<Record<string, number>>,
): Version[] {
  return sortedEntries(versions).map(([name, { labels }]) => ({
    name,
    labels: versionLabels(name, labels),
    weight: weights ? (weights[name] ?? 0) : 100,
  }));
}

function normalizeEdge(source: Source, call: CallDefinition, callee: Callee, path: string): Edge {
  const port =
    call.port === undefined ? callee.ports[0] : callee.ports.find(({ name }) => name === call.port);
  if (!port) throw new Error(`${path}: service "${callee.name}" has no port "${call.port ?? ""}"`);
  const timeout = milliseconds(call.timeout) ?? callee.timeout;
  return {
    source,
    callee: callee.name,
    port,
    methods: [...(call.methods ?? [])].sort(compare),
    paths: [...(call.paths ?? [])].sort(compare),
    ...(call.endUser && { endUser: { claims: call.endUser.claims ?? {} } }),
    ...(timeout !== undefined && { timeout }),
    retries: isHttp(port.protocol) ? edgeRetries(call, callee, timeout) : noRetries,
    ownTimeout: call.timeout !== undefined,
    ownRetries: call.retries !== undefined,
    asynchronous: call.asynchronous ?? false,
    mirrored: false,
    path,
  };
}

/** The service's retries hold for a caller with less time too; tries that follow a slow one fit into it. */
function edgeRetries(call: CallDefinition, callee: Callee, timeout?: number): Edge["retries"] {
  if (call.retries) return normalizeRetries(call.retries, timeout);
  const { attempts, perTryTimeout } = callee.retries;
  if (timeout === undefined || !repeatsSlowTries(callee.retries)) return callee.retries;
  const share = Math.floor(timeout / (attempts + 1));
  return { ...callee.retries, perTryTimeout: Math.min(perTryTimeout ?? share, share) };
}

type Settings = Pick<Mesh, "namespace" | "trustDomain">;

function normalizeGateway(
  name: string,
  definition: GatewayDefinition,
  { namespace, trustDomain }: Settings,
  callees: ReadonlyMap<string, Callee>,
  isShared: (host: string) => boolean,
): Gateway {
  const pods = gatewayPods(definition);
  const path = ["gateways", name];
  const source = sourceOf("gateway", name, pods.namespace, pods.serviceAccount, trustDomain);
  return {
    name,
    namespace,
    pods,
    hosts: sortedEntries(definition.hosts).map(([host, value]) => ({
      ...normalizeGatewayHost(host, value, source, [...path, "hosts", host], callees),
      name: isShared(host) && pods.release !== ingressRelease ? `${host}-${pods.release ?? name}` : host,
    })),
    path: formatPath(path),
  };
}

function normalizeGatewayHost(
  host: string,
  { tls, routes, redirects = [], cors }: GatewayHostDefinition,
  source: Source,
  path: readonly string[],
  callees: ReadonlyMap<string, Callee>,
): Omit<GatewayHost, "name"> {
  return {
    host,
    credentialName: tls.credentialName,
    minProtocolVersion: tls.minProtocolVersion ?? "TLSV1_2",
    ...(cors && { cors: normalizeCors(cors) }),
    routes: [
      ...routes.map(({ prefix, rewrite, service, ...call }, i): GatewayRoute => {
        const where = formatPath([...path, "routes", i]);
        const edge = normalizeEdge(source, call, calleeNamed(callees, service), where);
        return { prefix, ...(rewrite !== undefined && { rewrite }), edge };
      }),
      ...redirects.map((redirect): GatewayRedirect => ({ redirectCode: 301, ...redirect })),
    ].sort((a, b) => b.prefix.length - a.prefix.length || compare(a.prefix, b.prefix)),
    path: formatPath(path),
  };
}

function normalizeCors({ maxAge, ...given }: CorsDefinition): Cors {
  const age = milliseconds(maxAge);
  return {
    allowMethods: ["GET", "HEAD", "POST"],
    allowHeaders: [],
    exposeHeaders: [],
    allowCredentials: false,
    ...given,
    ...(age !== undefined && { maxAge: age }),
  };
}

function serviceSource({ name, namespace, serviceAccount, selector }: Callee, trustDomain: string): Source {
  return { ...sourceOf("service", name, namespace, serviceAccount.name, trustDomain), selector };
}

function sourceOf(
  kind: Source["kind"],
  name: string,
  namespace: string,
  serviceAccount: string,
  trustDomain: string,
): Source {
  return { kind, name, namespace, principal: `${trustDomain}/ns/${namespace}/sa/${serviceAccount}` };
}

function calleeNamed(callees: ReadonlyMap<string, Callee>, name: string): Callee {
  const callee = callees.get(name);
  if (!callee) throw new Error(`there is no service "${name}"`);
  return callee;
}

function milliseconds(duration?: Duration): number | undefined {
  return duration === undefined ? undefined : parseDuration(duration);
}

/** `Array.isArray` doesn't narrow readonly arrays. */
function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}

/** By code unit, so that the order doesn't depend on anybody's locale. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function sortedEntries<T>(record: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(record).sort(([a], [b]) => compare(a, b));
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}
