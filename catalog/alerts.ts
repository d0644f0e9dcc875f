import { z } from "zod";
import { type Duration, durationSchema, milliseconds } from "./duration";
import type { Load } from "./load";
import type { Shape } from "./shape";

/**
 * Alert thresholds. Set on the mesh, they apply to every service; a service can override them. They are rendered to
 * alert rules of Prometheus.
 */
export interface AlertsDefinition {
  /**
   * Percentage of failed requests as measured by callers: a 5xx status, a gRPC status of a server error, or no
   * response. Above it `HighErrorRate` fires, and `TcpConnectionsFailing` for TCP. Default: 5.
   */
  readonly errorRate?: number;
  /**
   * The 99th percentile of the response time, as measured by callers. Above it `HighLatency` fires. Proxies count
   * durations in buckets with the bounds 500ms, 1s, 2.5s, 5s, 10s, 30s and 60s. A limit at a bound is exact; between
   * two bounds the measured value is an estimate of up to the upper bound. Default: the service's own `load.p99`, or 1s
   * without a load.
   */
  readonly p99?: Duration;
  /**
   * Percentage of requests that must succeed over 30 days: the objective of the alerts `ErrorBudgetBurningFast` and
   * `ErrorBudgetBurningSlowly`. At 83.3 or less the first can't fire, because an error rate of six times the budget
   * would exceed 100 %. Default: 99.9.
   *
   * @see https://sre.google/workbook/alerting-on-slos/#6-multiwindow-multi-burn-rate-alerts
   */
  readonly availability?: number;
  /**
   * Percentage of requests and TCP connections that must use mutual TLS. Below it `ServiceMtlsTrafficLow` fires for a
   * service, and `MtlsTrafficLow` for the whole mesh. Default: 95.
   */
  readonly mtlsShare?: number;
}

/** Alert thresholds with their defaults resolved. */
export interface Alerts {
  /** Percentage, 0–100. */
  readonly errorRate: number;
  /** Milliseconds. */
  readonly p99: number;
  /** Percentage, 0–100. */
  readonly availability: number;
  /** Percentage, 0–100. */
  readonly mtlsShare: number;
}

const percent = z.number().positive().max(100);

export const alertsSchema: z.ZodType<AlertsDefinition> = z.strictObject({
  errorRate: percent.optional(),
  p99: durationSchema.optional(),
  availability: z.number().positive().lt(100).optional(),
  mtlsShare: percent.optional(),
} satisfies Shape<AlertsDefinition>);

/** @param load of the service, if it is known. */
export function normalizeAlerts(
  own: AlertsDefinition = {},
  mesh: AlertsDefinition = {},
  load?: Pick<Load, "p99">,
): Alerts {
  return {
    errorRate: own.errorRate ?? mesh.errorRate ?? 5,
    p99: milliseconds(own.p99) ?? load?.p99 ?? milliseconds(mesh.p99 ?? "1s"),
    availability: own.availability ?? mesh.availability ?? 99.9,
    mtlsShare: own.mtlsShare ?? mesh.mtlsShare ?? 95,
  };
}
