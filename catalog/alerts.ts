import { z } from "zod";
import { type Duration, durationSchema, milliseconds } from "./duration";
import type { Load } from "./load";
import type { Shape } from "./shape";

/**
 * From when on what a service does is worth waking somebody. The mesh says it for all; a service may say something
 * else for itself.
 */
export interface AlertsDefinition {
  /**
   * Percent of the requests that fail, as callers see it: with a 5xx, with a gRPC status that blames the server, or
   * without any answer. Above it `HighErrorRate` fires; for TCP `TcpConnectionsFailing`. Default: 5.
   */
  readonly errorRate?: number;
  /**
   * The time within which 99 % of the requests must be answered, as callers see it. Above it `HighLatency` fires.
   * Proxies count durations in buckets, whose bounds are 500ms, 1s, 2.5s, 5s, 10s, 30s and 60s: by them the limit is
   * judged exactly, in between by an estimate that may be as high as the next bound.
   * Default: the service's own `load.p99`, or 1s where there is none.
   */
  readonly p99?: Duration;
  /**
   * Percent of the requests that must succeed, over 30 days: the objective whose error budget the alerts
   * `ErrorBudgetBurningFast` and `ErrorBudgetBurningSlowly` watch. At 83.3 or less the first can't
   * fire: no share of the requests is six times what may fail. Default: 99.9.
   *
   * @see https://sre.google/workbook/alerting-on-slos/#6-multiwindow-multi-burn-rate-alerts
   */
  readonly availability?: number;
  /**
   * Percent of the requests and TCP connections that must come over mutual TLS. Below it `ServiceMtlsTrafficLow`
   * fires, for the whole mesh `MtlsTrafficLow`. Default: 95.
   */
  readonly mtlsShare?: number;
}

/** With its defaults resolved. */
export interface Alerts {
  /** Percent. */
  readonly errorRate: number;
  /** Milliseconds. */
  readonly p99: number;
  /** Percent. */
  readonly availability: number;
  /** Percent. */
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
