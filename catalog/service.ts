import { z } from "zod";
import { type AdmitDefinition, admitSchema } from "./admit";
import { atLeastOne } from "./atLeastOne";
import { type Alerts, type AlertsDefinition, alertsSchema } from "./alerts";
import { callSchema, type CallDefinition } from "./call";
import { type CircuitBreaker, type CircuitBreakerDefinition, circuitBreakerSchema } from "./circuitBreaker";
import { milliseconds } from "./duration";
import { type Edge, type Source, sourceOf } from "./edge";
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
import { type ResilienceDefinition, resilienceSchema } from "./resilience";
import { normalizeRetries, noRetries, type Retries } from "./retries";
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
 * A service of the mesh. Its key in the catalog is its name, which is also the name of its Kubernetes Service. Its pods
 * may be deployed by the catalog ({@link workload}) or by another tool.
 */
export interface ServiceDefinition {
  /** Default: the mesh's namespace. */
  readonly namespace?: string;
  /**
   * The service's ports, keyed by name, a DNS label of at most 15 characters. Default: none, as in workers, consumers
   * and jobs; then the service can call others, but nothing can call it, and no Service, DestinationRule or
   * VirtualService is rendered.
   */
  readonly ports?: Readonly<Record<string, PortDefinition>>;
  /**
   * What the catalog does about its Kubernetes Service. Default: `create` where the service has a `workload` and ports;
   * otherwise `none`.
   */
  readonly service?: ServiceMode;
  /** The account that its pods run under. Default: that of {@link ServiceAccountDefinition}. */
  readonly serviceAccount?: ServiceAccountDefinition;
  /**
   * Labels that select its pods in every policy, Sidecar and Service. Default: `{ app: "<name>" }`. Set it where another
   * tool labels the pods, such as `{ "app.kubernetes.io/name": "checkout" }`.
   */
  readonly selector?: Labels;
  /** Its versions, keyed by name, which is the DestinationRule's subset. Default: none, so there are no subsets. */
  readonly versions?: Readonly<Record<string, VersionDefinition>>;
  /** Default: every request to the only version, and as it is. */
  readonly traffic?: TrafficDefinition;
  /** Default: those of {@link ResilienceDefinition}. */
  readonly resilience?: ResilienceDefinition;
  /** Default: those of {@link CircuitBreakerDefinition}, or what follows from `load`. */
  readonly circuitBreaker?: CircuitBreakerDefinition;
  /** Default: unknown; then the circuit breaker's limits are those of {@link CircuitBreakerDefinition}. */
  readonly load?: LoadDefinition;
  /** Default: LEAST_REQUEST. */
  readonly loadBalancing?: LoadBalancingDefinition;
  /** Of each of its pods. Default: no limit. */
  readonly rateLimit?: RateLimitDefinition;
  /** Of all its pods together, by a name for each; the mesh's `rateLimitService` counts. Default: no limits. */
  readonly globalRateLimits?: Readonly<Record<string, GlobalRateLimitDefinition>>;
  /** Default: as the mesh has it for all. */
  readonly sidecar?: SidecarDefinition;
  /** Default: as the mesh's. */
  readonly telemetry?: ServiceTelemetryDefinition;
  /** Default: as the mesh's. */
  readonly alerts?: AlertsDefinition;
  /** Default: none; then somebody else deploys it. */
  readonly workload?: WorkloadDefinition;
  /**
   * Whom this service calls, by service name: one call, or several that differ in port, methods, paths or end
   * user. What isn't listed is denied. Default: nobody.
   */
  readonly calls?: Readonly<Record<string, CallDefinition | readonly CallDefinition[]>>;
  /** Callers of this service that aren't in the catalog, by a name for each. Default: none. */
  readonly admit?: Readonly<Record<string, AdmitDefinition>>;
  /**
   * Services of the cluster that aren't in the catalog and that this service calls, by their full host. Default: none;
   * then its proxies know none of them, and NetworkPolicies, where there are any, don't let connections out to them.
   */
  readonly reach?: ReachDefinitions;
  /**
   * Whether its pods ask the Kubernetes API, as controllers do. Default: false; then their proxies don't know it, and
   * NetworkPolicies, where there are any, don't let them.
   */
  readonly kubernetesApi?: boolean;
  /** Default: what the namespace says, which is STRICT. */
  readonly mtls?: MtlsDefinition;
}

/** A service with every default resolved. Times are in milliseconds. */
export interface Service {
  readonly name: string;
  readonly namespace: string;
  /** Fully qualified: `<name>.<namespace>.svc.cluster.local`. */
  readonly host: string;
  /** The service's ports, sorted by number; empty when none is declared. */
  readonly ports: readonly Port[];
  readonly service: ServiceMode;
  /** The headless Service of its StatefulSets, by which single pods are called. */
  readonly headless?: { readonly name: string; readonly host: string };
  readonly serviceAccount: ServiceAccount;
  /** Labels that select its pods. */
  readonly selector: Labels;
  /** By name; empty when none is declared. */
  readonly versions: readonly Version[];
  /** In the order in which they are tried. */
  readonly headerRoutes: readonly HeaderRoute[];
  readonly mirror?: Mirror;
  readonly fault?: Fault;
  readonly timeout?: number;
  readonly retries: Retries;
  readonly connectTimeout?: number;
  readonly idleTimeout?: number;
  readonly circuitBreaker: CircuitBreaker;
  readonly load?: Load;
  readonly loadBalancing: LoadBalancing;
  readonly rateLimit?: RateLimit;
  /** By name. */
  readonly globalRateLimits: readonly GlobalRateLimit[];
  /** By host. */
  readonly reach: readonly Reach[];
  readonly kubernetesApi: boolean;
  readonly mtls?: Mtls;
  readonly sidecar: SidecarDefinition;
  readonly telemetry?: ProxyTelemetry;
  readonly alerts: Alerts;
  readonly workloads: readonly Workload[];
  /** Its calls, by the called service's name. */
  readonly outgoing: readonly Edge[];
  /** Who calls it: services, gateways and whom it admits, by their catalog path. */
  readonly incoming: readonly Edge[];
  /** Where the catalog declares it: `services.<name>`. */
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
  admit: z.record(z.string(), admitSchema).optional(),
  reach: reachSchema.optional(),
  kubernetesApi: z.boolean().optional(),
  mtls: mtlsSchema.optional(),
} satisfies Shape<ServiceDefinition>);

/** What follows from the whole call graph, and therefore is resolved last. */
export type Connections = Pick<Service, "incoming" | "outgoing" | "alerts" | "circuitBreaker" | "load">;

/** A service with the defaults that follow from its own definition. */
export type UnconnectedService = Omit<Service, keyof Connections>;

/** Resolves the defaults that follow from the service's own definition. */
export function normalizeService(
  name: string,
  definition: ServiceDefinition,
  meshNamespace: string,
): UnconnectedService {
  const { versions = {}, traffic = {}, resilience = {}, sidecar = {}, workload } = definition;
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
    service: ports.length === 0 ? "none" : (definition.service ?? (workload ? "create" : "none")),
    ...(workload?.kind === "StatefulSet" && {
      headless: { name: `${name}-headless`, host: hostOf(`${name}-headless`, namespace) },
    }),
    serviceAccount: normalizeServiceAccount(name, definition.serviceAccount, workload !== undefined),
    selector,
    versions: normalizeVersions(versions, traffic.weights),
    headerRoutes: (traffic.headerRoutes ?? []).map(normalizeHeaderRoute),
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
    workloads: normalizeWorkloads(name, workload, versions, selector, ports),
    path: formatPath(["services", name]),
  };
}

/** A service as the source of calls. */
export function sourceOfService(
  { name, namespace, serviceAccount, selector }: UnconnectedService,
  trustDomain: string,
): Source {
  return { ...sourceOf("service", name, namespace, serviceAccount.name, trustDomain), selector };
}
