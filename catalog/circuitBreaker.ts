import { z } from "zod";
import { type Duration, durationSchema, milliseconds } from "./duration";
import type { Shape } from "./shape";

/**
 * Limits of the connections and requests that one calling proxy may have open towards a service, and the
 * ejection of endpoints that fail. Istio's own defaults are 2^32-1, which is no limit, so every service gets
 * bounds here: those given, else those that follow from its `load`, else the defaults.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#ConnectionPoolSettings
 */
export interface CircuitBreakerDefinition {
  /** TCP connections. Default: 100. */
  readonly maxConnections?: number;
  /** Requests waiting for a connection. Default: 100. */
  readonly http1MaxPendingRequests?: number;
  /** Requests under way; despite its name it holds for HTTP/1.1 too. Default: 1000. */
  readonly http2MaxRequests?: number;
  /** Requests after which a connection is closed. Default: no limit. */
  readonly maxRequestsPerConnection?: number;
  /**
   * `UPGRADE`: callers' proxies send HTTP/1.1 requests over HTTP/2 connections, and the application still receives
   * HTTP/1.1. Then `http2MaxRequests` is the limit that applies; `maxConnections` and `http1MaxPendingRequests` rarely do.
   * Each pod of the service must have a proxy. Ports with the protocol `http` only. Default: the mesh configuration's,
   * which is no upgrade.
   *
   * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#ConnectionPoolSettings-HTTPSettings-H2UpgradePolicy
   */
  readonly h2UpgradePolicy?: H2UpgradePolicy;
  /** Retries under way at the same time, not retries of one request. Default: 3. */
  readonly maxRetries?: number;
  /** Retries as a share of the requests; where it is given Envoy uses it instead of `maxRetries`. Default: none. */
  readonly retryBudget?: RetryBudget;
  /** Default: on, with the defaults of {@link OutlierDetectionDefinition}; `false` turns it off. */
  readonly outlierDetection?: OutlierDetectionDefinition | false;
}

/** Whether callers' proxies upgrade connections from HTTP/1.1 to HTTP/2. */
export type H2UpgradePolicy = (typeof h2UpgradePolicies)[number];

const h2UpgradePolicies = ["UPGRADE", "DO_NOT_UPGRADE"] as const;

/** @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#TrafficPolicy-RetryBudget */
export interface RetryBudget {
  /** Retries in percent of the requests under way and pending, 0–100. */
  readonly percent: number;
  /** Retries that are allowed however few requests there are. */
  readonly minRetryConcurrency: number;
}

/**
 * When an endpoint is taken out of the load balancing, and for how long.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#OutlierDetection
 */
export interface OutlierDetectionDefinition {
  /** Default: 5. */
  readonly consecutive5xxErrors?: number;
  /** 502, 503 and 504 only. They count as 5xx too, so it must be smaller to have an effect. Default: not used. */
  readonly consecutiveGatewayErrors?: number;
  /** Between two sweeps. Default: 10s, as in Istio. */
  readonly interval?: Duration;
  /** Times the number of ejections so far. Default: 30s, as in Istio. */
  readonly baseEjectionTime?: Duration;
  /**
   * Share of all endpoints that may be ejected at once, 0–100. Above 50, those that are left may break under the load.
   * With `loadBalancing.locality` it must be 100: endpoints that fail and are not ejected keep their requests, instead of
   * the next zone or region. Default: 100 with `loadBalancing.locality`, 50 without.
   */
  readonly maxEjectionPercent?: number;
  /** Below this share of healthy endpoints ejection stops counting. Default: 0, as in Istio. */
  readonly minHealthPercent?: number;
}

/** A circuit breaker with its defaults resolved. */
export interface CircuitBreaker {
  readonly maxConnections: number;
  readonly http1MaxPendingRequests: number;
  readonly http2MaxRequests: number;
  readonly maxRequestsPerConnection?: number;
  readonly h2UpgradePolicy?: H2UpgradePolicy;
  readonly maxRetries: number;
  readonly retryBudget?: RetryBudget;
  readonly outlierDetection?: OutlierDetection;
}

/** Outlier detection with its defaults resolved; times in milliseconds. */
export interface OutlierDetection {
  readonly consecutive5xxErrors: number;
  readonly consecutiveGatewayErrors?: number;
  readonly interval: number;
  readonly baseEjectionTime: number;
  readonly maxEjectionPercent: number;
  readonly minHealthPercent?: number;
}

const limit = z.int().min(1).max(2_147_483_647);
const percent = z.number().min(0).max(100);

const outlierDetectionSchema: z.ZodType<OutlierDetectionDefinition> = z.strictObject({
  consecutive5xxErrors: limit.optional(),
  consecutiveGatewayErrors: limit.optional(),
  interval: durationSchema.optional(),
  baseEjectionTime: durationSchema.optional(),
  maxEjectionPercent: percent.int().optional(),
  minHealthPercent: percent.int().optional(),
} satisfies Shape<OutlierDetectionDefinition>);

export const circuitBreakerSchema: z.ZodType<CircuitBreakerDefinition> = z.strictObject({
  maxConnections: limit.optional(),
  http1MaxPendingRequests: limit.optional(),
  http2MaxRequests: limit.optional(),
  maxRequestsPerConnection: limit.optional(),
  h2UpgradePolicy: z.enum(h2UpgradePolicies).optional(),
  maxRetries: limit.optional(),
  retryBudget: z
    .strictObject({ percent, minRetryConcurrency: limit } satisfies Shape<RetryBudget>)
    .optional(),
  outlierDetection: z.union([z.literal(false), outlierDetectionSchema]).optional(),
} satisfies Shape<CircuitBreakerDefinition>);

/**
 * @param failsOver whether endpoints of other zones or regions take over from those that are ejected.
 * @param sized limits that follow from the service's load; they take the place of the defaults.
 */
export function normalizeCircuitBreaker(
  definition: CircuitBreakerDefinition = {},
  failsOver = false,
  sized: Partial<CircuitBreakerDefinition> = {},
): CircuitBreaker {
  const { outlierDetection = {}, ...limits } = { ...sized, ...definition };
  return {
    maxConnections: 100,
    http1MaxPendingRequests: 100,
    http2MaxRequests: 1000,
    maxRetries: 3,
    ...limits,
    ...(outlierDetection && { outlierDetection: normalizeOutlierDetection(outlierDetection, failsOver) }),
  };
}

function normalizeOutlierDetection(
  definition: OutlierDetectionDefinition,
  failsOver: boolean,
): OutlierDetection {
  const { interval = "10s", baseEjectionTime = "30s", ...counts } = definition;
  return {
    consecutive5xxErrors: 5,
    maxEjectionPercent: failsOver ? 100 : 50,
    ...counts,
    interval: milliseconds(interval),
    baseEjectionTime: milliseconds(baseEjectionTime),
  };
}
