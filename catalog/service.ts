import { z } from "zod";
import { type AdmitDefinition, admitSchema } from "./admit";
import { atLeastOne } from "./atLeastOne";
import { type Alerts, type AlertsDefinition, alertsSchema } from "./alerts";
import { type AuthorizationMode, authorizationModeSchema } from "./authorization";
import { callSchema, type CallDefinition } from "./call";
import { type CircuitBreaker, type CircuitBreakerDefinition, circuitBreakerSchema } from "./circuitBreaker";
import { type Deny, type DenyDefinition, denySchema, normalizeDeny } from "./deny";
import { type Edge, type Source, sourceOf } from "./edge";
import { type ExtAuthz, type ExtAuthzDefinition, extAuthzSchema, normalizeExtAuthz } from "./extAuthz";
import {
  type GlobalRateLimit,
  type GlobalRateLimitDefinition,
  globalRateLimitSchema,
  normalizeGlobalRateLimits,
} from "./globalRateLimit";
import { type Load, type LoadDefinition, loadSchema } from "./load";
import {
  type LoadBalancing,
  type LoadBalancingDefinition,
  loadBalancingSchema,
  normalizeLoadBalancing,
} from "./loadBalancing";
import { type Mtls, type MtlsDefinition, mtlsSchema, normalizeMtls } from "./mtls";
import { formatPath } from "./path";
import { isHttp, normalizePorts, type Port, type PortDefinition, portSchema } from "./port";
import { normalizeRateLimit, type RateLimit, type RateLimitDefinition, rateLimitSchema } from "./rateLimit";
import { normalizeReach, type Reach, type ReachDefinitions, reachSchema } from "./reach";
import {
  normalizeResilience,
  type Resilience,
  type ResilienceDefinition,
  resilienceSchema,
} from "./resilience";
import { type Labels, selectorSchema } from "./selector";
import {
  normalizeServiceAccount,
  type ServiceAccount,
  type ServiceAccountDefinition,
  serviceAccountSchema,
} from "./serviceAccount";
import { hostOf } from "./serviceHost";
import type { Shape } from "./shape";
import { type SidecarDefinition, sidecarSchema } from "./sidecar";
import { type ServiceMode, serviceModeSchema } from "./serviceMode";
import { type ProxyTelemetry, serviceTelemetrySchema, type ServiceTelemetryDefinition } from "./telemetry";
import {
  type Fault,
  type HeaderRoute,
  normalizeHeaderRoute,
  type Mirror,
  normalizeFault,
  type TrafficDefinition,
  trafficSchema,
} from "./traffic";
import {
  normalizeVersions,
  normalizeWorkloads,
  type Version,
  type VersionDefinition,
  versionSchema,
} from "./version";
import { type Workload, type WorkloadDefinition, workloadSchema } from "./workload";

/**
 * A service of the mesh. Its key in the catalog is its name, which is also the name of its Kubernetes Service. Either
 * the catalog ({@link workload}) or another tool deploys its pods.
 */
export interface ServiceDefinition {
  /** Namespace of the service. Default: the mesh's namespace. */
  readonly namespace?: string;
  /**
   * The service's ports, keyed by name, a DNS label of at most 15 characters. Default: none, as for workers, consumers
   * and jobs. The service can then call others but can't be called, and no Service, DestinationRule or VirtualService
   * is rendered.
   */
  readonly ports?: Readonly<Record<string, PortDefinition>>;
  /**
   * Whether the catalog creates the Kubernetes Service. Default: `create` if the service has a `workload` and ports,
   * otherwise `none`.
   */
  readonly service?: ServiceMode;
  /** The service account of its pods. Default: that of {@link ServiceAccountDefinition}. */
  readonly serviceAccount?: ServiceAccountDefinition;
  /**
   * Labels that select its pods in every policy, Sidecar and Service. Default: `{ app: "<name>" }`. Set it if another
   * tool labels the pods, such as `{ "app.kubernetes.io/name": "checkout" }`.
   */
  readonly selector?: Labels;
  /** Its versions, keyed by name, which is the DestinationRule's subset. Default: none, so there are no subsets. */
  readonly versions?: Readonly<Record<string, VersionDefinition>>;
  /** Weights, header routes, mirroring and faults. Default: every request is routed to the only version, unchanged. */
  readonly traffic?: TrafficDefinition;
  /** Timeouts and retries of calls to the service. Default: those of {@link ResilienceDefinition}. */
  readonly resilience?: ResilienceDefinition;
  /**
   * Limits of connections and requests to the service. Default: those derived from `load`, otherwise those of
   * {@link CircuitBreakerDefinition}.
   */
  readonly circuitBreaker?: CircuitBreakerDefinition;
  /**
   * Peak load of the service, from which the circuit breaker is sized. Default: unknown; the limits are those of
   * {@link CircuitBreakerDefinition} then.
   */
  readonly load?: LoadDefinition;
  /** How callers' proxies choose an endpoint. Default: LEAST_REQUEST. */
  readonly loadBalancing?: LoadBalancingDefinition;
  /** Rate limit of each pod. Default: no limit. */
  readonly rateLimit?: RateLimitDefinition;
  /**
   * Rate limits of all pods together, keyed by name, which the mesh's `rateLimitService` counts. Default: no limits.
   */
  readonly globalRateLimits?: Readonly<Record<string, GlobalRateLimitDefinition>>;
  /** Settings of the proxies beside its pods. Default: those of the mesh. */
  readonly sidecar?: SidecarDefinition;
  /** Telemetry settings that differ from the mesh's. Default: the mesh's. */
  readonly telemetry?: ServiceTelemetryDefinition;
  /** Alert thresholds that differ from the mesh's. Default: the mesh's. */
  readonly alerts?: AlertsDefinition;
  /** How the catalog deploys its pods. Default: none; another tool deploys them then. */
  readonly workload?: WorkloadDefinition;
  /**
   * The calls of this service, keyed by callee: one call, or a list of calls that differ in port, methods, paths or end
   * user. Every other call is denied. Default: no calls.
   */
  readonly calls?: Readonly<Record<string, CallDefinition | readonly CallDefinition[]>>;
  /**
   * Whether the service's AuthorizationPolicies are enforced. With `dryRun`, its calls and DENY rules are a dry run. While
   * the mesh is `enforced`, every service account of the catalog's namespaces may then call the service, besides its
   * declared callers. Default: the mesh's `authorization`.
   */
  readonly authorization?: AuthorizationMode;
  /** Callers outside of the catalog, keyed by a name of your choice. Default: none. */
  readonly admit?: Readonly<Record<string, AdmitDefinition>>;
  /**
   * Requests that the service denies, keyed by a name of your choice, even if a call allows them. Default: none; only
   * what no call, route or admission allows is denied.
   */
  readonly deny?: Readonly<Record<string, DenyDefinition>>;
  /** External authorization of requests to the service's HTTP ports. Default: none. */
  readonly extAuthz?: ExtAuthzDefinition;
  /**
   * Services of the cluster outside of the catalog that this service calls, keyed by fully qualified host.
   * Default: none; its Sidecar has no routes to them, and NetworkPolicies, if enabled, allow no egress to them then.
   */
  readonly reach?: ReachDefinitions;
  /**
   * Whether its pods call the Kubernetes API, as controllers do. Default: false; its Sidecar has no route to the API,
   * and NetworkPolicies, if enabled, allow no egress to it then.
   */
  readonly kubernetesApi?: boolean;
  /** Mutual TLS mode of the service and its ports. Default: the namespace's, which is STRICT. */
  readonly mtls?: MtlsDefinition;
}

/** A service with its defaults resolved. Times are in milliseconds. */
export interface Service extends Resilience {
  readonly name: string;
  readonly namespace: string;
  /** Fully qualified: `<name>.<namespace>.svc.cluster.local`. */
  readonly host: string;
  /** The service's ports, sorted by number. Empty if none is declared. */
  readonly ports: readonly Port[];
  readonly service: ServiceMode;
  /** The headless Service of its StatefulSets, through which single pods are called. */
  readonly headless?: { readonly name: string; readonly host: string };
  readonly serviceAccount: ServiceAccount;
  /** Labels that select its pods. */
  readonly selector: Labels;
  /** Versions, sorted by name. Empty if none is declared. */
  readonly versions: readonly Version[];
  /** Header routes, in the order in which they are matched. */
  readonly headerRoutes: readonly HeaderRoute[];
  readonly mirror?: Mirror;
  readonly fault?: Fault;
  readonly circuitBreaker: CircuitBreaker;
  readonly load?: Load;
  readonly loadBalancing: LoadBalancing;
  readonly rateLimit?: RateLimit;
  /** Global rate limits, sorted by name. */
  readonly globalRateLimits: readonly GlobalRateLimit[];
  /** Reached Services, sorted by host. */
  readonly reach: readonly Reach[];
  readonly kubernetesApi: boolean;
  readonly mtls?: Mtls;
  /** Whether its AuthorizationPolicies are enforced. */
  readonly authorization: AuthorizationMode;
  /** DENY rules, sorted by name. */
  readonly deny: readonly Deny[];
  readonly extAuthz?: ExtAuthz;
  readonly sidecar: SidecarDefinition;
  readonly telemetry?: ProxyTelemetry;
  readonly alerts: Alerts;
  readonly workloads: readonly Workload[];
  /** Its calls, sorted by callee. */
  readonly outgoing: readonly Edge[];
  /** Its callers: services, gateways and admitted callers, sorted by their path in the catalog. */
  readonly incoming: readonly Edge[];
  /** Path in the catalog: `services.<name>`. */
  readonly path: string;
}

export const serviceSchema: z.ZodType<ServiceDefinition> = z.strictObject({
  namespace: z.string().optional(),
  ports: z.record(z.string(), portSchema).optional(),
  service: serviceModeSchema.optional(),
  serviceAccount: serviceAccountSchema.optional(),
  selector: selectorSchema.optional(),
  versions: z.record(z.string(), versionSchema).optional(),
  traffic: trafficSchema.optional(),
  resilience: resilienceSchema.optional(),
  circuitBreaker: circuitBreakerSchema.optional(),
  load: loadSchema.optional(),
  loadBalancing: loadBalancingSchema.optional(),
  rateLimit: rateLimitSchema.optional(),
  globalRateLimits: atLeastOne(
    z.record(z.string().min(1), globalRateLimitSchema),
    "declare at least one limit",
  ).optional(),
  sidecar: sidecarSchema.optional(),
  telemetry: serviceTelemetrySchema.optional(),
  alerts: alertsSchema.optional(),
  workload: workloadSchema.optional(),
  calls: z.record(z.string(), z.union([callSchema, z.array(callSchema).min(1)])).optional(),
  authorization: authorizationModeSchema.optional(),
  admit: z.record(z.string(), admitSchema).optional(),
  deny: atLeastOne(z.record(z.string().min(1), denySchema), "declare at least one rule").optional(),
  extAuthz: extAuthzSchema.optional(),
  reach: reachSchema.optional(),
  kubernetesApi: z.boolean().optional(),
  mtls: mtlsSchema.optional(),
} satisfies Shape<ServiceDefinition>);

/** The fields of a service that depend on the whole call graph, which are resolved last. */
export type Connections = Pick<Service, "incoming" | "outgoing" | "alerts" | "circuitBreaker" | "load">;

/** A service whose own defaults are resolved. */
export type UnconnectedService = Omit<Service, keyof Connections>;

/** Resolves the defaults that depend only on the service. */
export function normalizeService(
  name: string,
  definition: ServiceDefinition,
  {
    namespace: meshNamespace,
    authorization,
  }: Readonly<{ namespace: string; authorization: AuthorizationMode }>,
): UnconnectedService {
  const { versions = {}, traffic = {}, resilience = {}, sidecar = {}, workload } = definition;
  const namespace = definition.namespace ?? meshNamespace;
  const ports = normalizePorts(definition.ports ?? {});
  const selector = definition.selector ?? { app: name };
  return {
    name,
    namespace,
    host: hostOf(name, namespace),
    ports,
    service: ports.length === 0 ? "none" : (definition.service ?? (workload ? "create" : "none")),
    ...(workload?.kind === "StatefulSet" && {
      headless: { name: `${name}-headless`, host: hostOf(`${name}-headless`, namespace) },
    }),
    serviceAccount: normalizeServiceAccount(name, definition.serviceAccount, workload !== undefined),
    selector,
    versions: normalizeVersions(versions, traffic.weights),
    headerRoutes: (traffic.headerRoutes ?? []).map(normalizeHeaderRoute),
    ...(traffic.fault && { fault: normalizeFault(traffic.fault) }),
    ...normalizeResilience(
      resilience,
      ports.some(({ protocol }) => isHttp(protocol)),
    ),
    loadBalancing: normalizeLoadBalancing(definition.loadBalancing),
    ...(definition.rateLimit && { rateLimit: normalizeRateLimit(definition.rateLimit) }),
    globalRateLimits: normalizeGlobalRateLimits(name, definition.globalRateLimits ?? {}),
    reach: normalizeReach(name, definition.reach ?? {}),
    kubernetesApi: definition.kubernetesApi ?? false,
    ...(definition.mtls && { mtls: normalizeMtls(definition.mtls, ports) }),
    authorization: definition.authorization ?? authorization,
    deny: normalizeDeny(name, definition.deny ?? {}, ports),
    ...(definition.extAuthz && {
      extAuthz: normalizeExtAuthz(definition.extAuthz, ports, ["services", name]),
    }),
    sidecar,
    workloads: normalizeWorkloads(name, workload, versions, selector, ports),
    path: formatPath(["services", name]),
  };
}

/** Returns a service as the source of an edge. */
export function sourceOfService(
  { name, namespace, serviceAccount, selector }: UnconnectedService,
  trustDomain: string,
): Source {
  return { ...sourceOf("service", name, namespace, serviceAccount.name, trustDomain), selector };
}
