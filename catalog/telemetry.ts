import { z } from "zod";
import { hostOf, namespaceOf, type ServiceHost, serviceHostSchema } from "./serviceHost";
import type { Shape } from "./shape";

/**
 * What the proxies report, in every namespace of the mesh and at the gateways that the catalog uses. Providers other
 * than Istio's own `prometheus` and `envoy` must be declared in the mesh configuration's `extensionProviders`.
 *
 * @see https://istio.io/latest/docs/reference/config/telemetry/
 */
export interface TelemetryDefinition {
  /** Default: what Istio's own configuration says. */
  readonly metrics?: {
    readonly provider: string;
    /** Default: none, so Istio's standard metrics as they are. */
    readonly overrides?: readonly MetricOverride[];
  };
  /** Default: what Istio's own configuration says; then the proxies know no service that takes spans. */
  readonly tracing?: {
    readonly provider: string;
    /**
     * Host of the service that takes the spans, by OpenTelemetry's protocol over gRPC on port 4317. Every proxy may
     * reach it. Default: `<provider>.monitoring.svc.cluster.local`.
     *
     * @see https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig-ExtensionProvider-OpenTelemetryTracingProvider
     */
    readonly service?: ServiceHost;
    /** Percent of the requests, 0–100. */
    readonly randomSamplingPercentage: number;
  };
  /** Default: what Istio's own configuration says. */
  readonly accessLogging?: {
    readonly provider: string;
    /** CEL expression that a request must satisfy to be logged. Default: all are. */
    readonly filter?: string;
  };
  /**
   * A second log for auditors, of every request and connection whatever `accessLogging` leaves out: who asked whom
   * for what, and whether it was allowed. Default: none.
   */
  readonly auditLogging?: {
    readonly provider: string;
  };
  /**
   * Whether these settings apply to the proxies of the ingress and egress gateways that the catalog uses. A Telemetry in
   * each gateway's namespace then selects the gateway's pods. If several catalogs use one gateway, set this to false in
   * all but one of them: Istio applies only the oldest Telemetry that selects a pod. Default: true.
   *
   * @see https://istio.io/latest/docs/reference/config/telemetry/#Telemetry
   */
  readonly gateways?: boolean;
}

/** Where add-ons such as Jaeger are unless something else is said. */
export const monitoringNamespace = "monitoring";

/** Port on which spans are taken. */
export const otlpPort = 4317;

/**
 * What the proxies of one service report in another way than the mesh's `telemetry` says, to the same providers.
 *
 * @see https://istio.io/latest/docs/reference/config/telemetry/#Telemetry
 */
export interface ServiceTelemetryDefinition {
  /** Default: as the mesh's. */
  readonly tracing?: {
    /** Percent of the requests, 0–100. */
    readonly randomSamplingPercentage: number;
  };
  /**
   * For a complete trail of a service whose mesh logs errors only, give it without a filter. Default: as the mesh's.
   */
  readonly accessLogging?: {
    /** CEL expression that a request must satisfy to be logged. Default: all are, whatever the mesh's filter. */
    readonly filter?: string;
    /** Log nothing. Default: false. */
    readonly disabled?: boolean;
  };
}

/** @see https://istio.io/latest/docs/reference/config/telemetry/#MetricsOverrides */
export interface MetricOverride {
  readonly metric: IstioMetric;
  /** Whose proxies it holds for. Default: CLIENT_AND_SERVER. */
  readonly mode?: "CLIENT" | "SERVER" | "CLIENT_AND_SERVER";
  /** Stop reporting it. Default: false. */
  readonly disabled?: boolean;
}

/** @see https://istio.io/latest/docs/reference/config/telemetry/#MetricSelector-IstioMetric */
export type IstioMetric = (typeof istioMetrics)[number];

export const istioMetrics = [
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

/** Namespace of the service that takes the spans. */
export function tracingNamespace({ service }: NonNullable<Telemetry["tracing"]>): string {
  return namespaceOf(service);
}

/** A service's own telemetry, with the mesh's providers. */
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
