import { z } from "zod";

/**
 * What the proxies report, for every namespace of the mesh. Providers other than Istio's own `prometheus` and
 * `envoy` must be declared in the mesh configuration's `extensionProviders`.
 *
 * @see https://istio.io/latest/docs/reference/config/telemetry/
 */
export interface TelemetryDefinition {
  readonly metrics?: {
    readonly provider: string;
    /** Default: none, so Istio's standard metrics as they are. */
    readonly overrides?: readonly MetricOverride[];
  };
  readonly tracing?: {
    readonly provider: string;
    /** Percent of the requests, 0–100. */
    readonly randomSamplingPercentage: number;
  };
  readonly accessLogging?: {
    readonly provider: string;
    /** CEL expression that a request must satisfy to be logged. Default: all are. */
    readonly filter?: string;
  };
}

/**
 * What the proxies of one service report in another way than the mesh's `telemetry` says, to the same providers.
 *
 * @see https://istio.io/latest/docs/reference/config/telemetry/#Telemetry
 */
export interface ServiceTelemetryDefinition {
  readonly tracing?: {
    /** Percent of the requests, 0–100. */
    readonly randomSamplingPercentage: number;
  };
  /** For a complete trail of a service whose mesh logs errors only, give it without a filter. */
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

/** Telemetry with its defaults resolved. */
export interface Telemetry extends TelemetryDefinition {
  readonly metrics?: { readonly provider: string; readonly overrides: readonly Required<MetricOverride>[] };
  readonly accessLogging?: {
    readonly provider: string;
    readonly filter?: string;
    readonly disabled?: boolean;
  };
}

export function normalizeTelemetry({ metrics, ...rest }: TelemetryDefinition): Telemetry {
  if (!metrics) return rest;
  const overrides = (metrics.overrides ?? []).map(
    (override) => ({ mode: "CLIENT_AND_SERVER", disabled: false, ...override }) as const,
  );
  return { ...rest, metrics: { provider: metrics.provider, overrides } };
}

/** A service's own telemetry, with the mesh's providers. */
export function normalizeServiceTelemetry(
  { tracing, accessLogging }: ServiceTelemetryDefinition,
  mesh: TelemetryDefinition = {},
): Telemetry {
  return {
    ...(tracing && mesh.tracing && { tracing: { provider: mesh.tracing.provider, ...tracing } }),
    ...(accessLogging &&
      mesh.accessLogging && { accessLogging: { provider: mesh.accessLogging.provider, ...accessLogging } }),
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
          }),
        )
        .optional(),
    })
    .optional(),
  tracing: z.strictObject({ provider, randomSamplingPercentage: z.number().min(0).max(100) }).optional(),
  accessLogging: z.strictObject({ provider, filter: z.string().min(1).optional() }).optional(),
});

export const serviceTelemetrySchema: z.ZodType<ServiceTelemetryDefinition> = z.strictObject({
  tracing: z.strictObject({ randomSamplingPercentage: z.number().min(0).max(100) }).optional(),
  accessLogging: z
    .strictObject({ filter: z.string().min(1).optional(), disabled: z.boolean().optional() })
    .optional(),
});
