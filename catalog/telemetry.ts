import { z } from "zod";
import { type Edge, normalizeEdge, type Source, type Target } from "./edge";
import { isHttp } from "./port";
import { hostOf, namespaceOf, type ServiceHost, serviceHostSchema } from "./serviceHost";
import type { Shape } from "./shape";

/**
 * What proxies report, in every namespace of the mesh and at the gateways that the catalog uses. It is rendered to
 * Telemetry objects. Providers other than Istio's own `prometheus` and `envoy` must be declared in the mesh
 * configuration's `extensionProviders`.
 *
 * @see https://istio.io/latest/docs/reference/config/telemetry/
 */
export interface TelemetryDefinition {
  /** Metrics of the proxies. Default: what Istio's configuration sets. */
  readonly metrics?: {
    readonly provider: string;
    /** Changes to Istio's standard metrics. Default: none. */
    readonly overrides?: readonly MetricOverride[];
  };
  /**
   * Distributed traces of the proxies. Default: what Istio's configuration sets; the Sidecars have no route to a
   * tracing service then.
   */
  readonly tracing?: {
    readonly provider: string;
    /**
     * Host of the tracing service, which receives spans by OTLP over gRPC on port 4317. Every proxy may call it, even
     * if it is a service of the catalog. Default: `<provider>.monitoring.svc.cluster.local`.
     *
     * @see https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig-ExtensionProvider-OpenTelemetryTracingProvider
     */
    readonly service?: ServiceHost;
    /** Percentage of requests that are traced, 0–100. */
    readonly randomSamplingPercentage: number;
  };
  /** Access logs of the proxies. Default: what Istio's configuration sets. */
  readonly accessLogging?: {
    readonly provider: string;
    /** CEL expression that a request must match to be logged. Default: every request is logged. */
    readonly filter?: string;
  };
  /**
   * A second access log for audits. It contains every request and connection, regardless of the filter of
   * `accessLogging`: the caller's identity, the request, and whether it was allowed. Default: none.
   */
  readonly auditLogging?: {
    readonly provider: string;
  };
  /**
   * Whether these settings apply to the proxies of the ingress and egress gateways that the catalog uses. A Telemetry
   * in each gateway's namespace then selects the gateway's pods. If several catalogs use one gateway, set this to false
   * in all but one of them. Istio applies only the oldest Telemetry that selects a pod. Default: true.
   *
   * @see https://istio.io/latest/docs/reference/config/telemetry/#Telemetry
   */
  readonly gateways?: boolean;
}

/** Default namespace of add-ons such as Jaeger. */
export const monitoringNamespace = "monitoring";

/** Port on which spans are received. */
export const otlpPort = 4317;

/**
 * Telemetry settings of one service that differ from the mesh's, with the same providers.
 *
 * @see https://istio.io/latest/docs/reference/config/telemetry/#Telemetry
 */
export interface ServiceTelemetryDefinition {
  /** Traces of the service's proxies. Default: the mesh's. */
  readonly tracing?: {
    /** Percentage of requests that are traced, 0–100. */
    readonly randomSamplingPercentage: number;
  };
  /**
   * Access logs of the service's proxies. If the mesh logs only errors, set it without a filter to log every request of
   * this service. Default: the mesh's.
   */
  readonly accessLogging?: {
    /**
     * CEL expression that a request must match to be logged. Default: every request is logged, regardless of the mesh's
     * filter.
     */
    readonly filter?: string;
    /** Whether access logs are turned off. Default: false. */
    readonly disabled?: boolean;
  };
}

/** @see https://istio.io/latest/docs/reference/config/telemetry/#MetricsOverrides */
export interface MetricOverride {
  readonly metric: IstioMetric;
  /** Proxies to which the override applies: those of clients, servers or both. Default: CLIENT_AND_SERVER. */
  readonly mode?: "CLIENT" | "SERVER" | "CLIENT_AND_SERVER";
  /** Whether the metric is turned off. Default: false. */
  readonly disabled?: boolean;
}

/** @see https://istio.io/latest/docs/reference/config/telemetry/#MetricSelector-IstioMetric */
export type IstioMetric = (typeof istioMetrics)[number];

const istioMetrics = [
  "REQUEST_COUNT",
  "REQUEST_DURATION",
  "REQUEST_SIZE",
  "RESPONSE_SIZE",
  "TCP_OPENED_CONNECTIONS",
  "TCP_CLOSED_CONNECTIONS",
  "TCP_SENT_BYTES",
  "TCP_RECEIVED_BYTES",
  "GRPC_REQUEST_MESSAGES",
  "GRPC_RESPONSE_MESSAGES",
] as const;

/** Telemetry of the whole catalog with its defaults resolved. */
export interface Telemetry extends ProxyTelemetry {
  readonly gateways: boolean;
}

/** What some proxies report, with its defaults resolved. */
export interface ProxyTelemetry extends Omit<TelemetryDefinition, "gateways"> {
  readonly metrics?: { readonly provider: string; readonly overrides: readonly Required<MetricOverride>[] };
  readonly tracing?: Required<NonNullable<TelemetryDefinition["tracing"]>>;
  readonly accessLogging?: {
    readonly provider: string;
    readonly filter?: string;
    readonly disabled?: boolean;
  };
}

export function normalizeTelemetry({ metrics, tracing, ...rest }: TelemetryDefinition): Telemetry {
  const overrides = (metrics?.overrides ?? []).map(
    (override) => ({ mode: "CLIENT_AND_SERVER", disabled: false, ...override }) as const,
  );
  return {
    gateways: true,
    ...rest,
    ...(metrics && { metrics: { provider: metrics.provider, overrides } }),
    ...(tracing && { tracing: normalizeTracing(tracing) }),
  };
}

function normalizeTracing(
  tracing: NonNullable<TelemetryDefinition["tracing"]>,
): NonNullable<Telemetry["tracing"]> {
  return { service: hostOf(tracing.provider, monitoringNamespace), ...tracing };
}

/** Namespace of the tracing service. */
export function tracingNamespace({ service }: NonNullable<Telemetry["tracing"]>): string {
  return namespaceOf(service);
}

/** The gRPC method of OTLP. */
const exportSpans = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

/**
 * The edges from proxies to a tracing service that is a service of the catalog, whose AuthorizationPolicy would deny the
 * spans otherwise. Proxies don't wait for its responses. None if it has no port 4317, which MW802 reports.
 *
 * @param requests the declared edges: a source that may send every request to the port needs no further edge.
 */
export function edgesOfTracing(
  sources: readonly Source[],
  target: Target,
  requests: readonly Edge[],
): Edge[] {
  const port = target.ports.find((one) => one.port === otlpPort);
  if (!port) return [];
  const limited = isHttp(port.protocol) && ({ methods: ["POST"], paths: [exportSpans] } as const);
  const call = { port: port.name, asynchronous: true, ...limited };
  const mayCall = new Set(
    requests
      .filter(
        (one) =>
          one.callee === target.name &&
          one.port.name === port.name &&
          one.methods.length + one.paths.length === 0 &&
          !one.endUser,
      )
      .map(({ source }) => source.principal),
  );
  return sources
    .filter(({ principal }) => !mayCall.has(principal))
    .map((source) => normalizeEdge(source, call, target, "telemetry.tracing.service"));
}

/** Resolves a service's own telemetry, with the mesh's providers. */
export function normalizeServiceTelemetry(
  { tracing, accessLogging }: ServiceTelemetryDefinition,
  mesh: TelemetryDefinition = {},
): ProxyTelemetry {
  return {
    ...(tracing && mesh.tracing && { tracing: { ...normalizeTracing(mesh.tracing), ...tracing } }),
    ...(accessLogging &&
      mesh.accessLogging && {
        accessLogging: { provider: mesh.accessLogging.provider, ...accessLogging },
        // What a service says of access logs takes the place of all that its namespace says of them.
        ...(mesh.auditLogging && { auditLogging: mesh.auditLogging }),
      }),
  };
}

const provider = z.string().min(1);

export const telemetrySchema: z.ZodType<TelemetryDefinition> = z.strictObject({
  metrics: z
    .strictObject({
      provider,
      overrides: z
        .array(
          z.strictObject({
            metric: z.enum(istioMetrics),
            mode: z.enum(["CLIENT", "SERVER", "CLIENT_AND_SERVER"]).optional(),
            disabled: z.boolean().optional(),
          } satisfies Shape<MetricOverride>),
        )
        .optional(),
    } satisfies Shape<NonNullable<TelemetryDefinition["metrics"]>>)
    .optional(),
  tracing: z
    .strictObject({
      provider,
      service: serviceHostSchema.optional(),
      randomSamplingPercentage: z.number().min(0).max(100),
    } satisfies Shape<NonNullable<TelemetryDefinition["tracing"]>>)
    .optional(),
  accessLogging: z
    .strictObject({ provider, filter: z.string().min(1).optional() } satisfies Shape<
      NonNullable<TelemetryDefinition["accessLogging"]>
    >)
    .optional(),
  auditLogging: z
    .strictObject({ provider } satisfies Shape<NonNullable<TelemetryDefinition["auditLogging"]>>)
    .optional(),
  gateways: z.boolean().optional(),
} satisfies Shape<TelemetryDefinition>);

export const serviceTelemetrySchema: z.ZodType<ServiceTelemetryDefinition> = z.strictObject({
  tracing: z
    .strictObject({ randomSamplingPercentage: z.number().min(0).max(100) } satisfies Shape<
      NonNullable<ServiceTelemetryDefinition["tracing"]>
    >)
    .optional(),
  accessLogging: z
    .strictObject({ filter: z.string().min(1).optional(), disabled: z.boolean().optional() } satisfies Shape<
      NonNullable<ServiceTelemetryDefinition["accessLogging"]>
    >)
    .optional(),
} satisfies Shape<ServiceTelemetryDefinition>);
