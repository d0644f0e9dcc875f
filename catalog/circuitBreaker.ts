import { z } from "zod";
import { type Duration, durationSchema, milliseconds } from "./duration";
import type { Shape } from "./shape";

/**
 * Limits of the connections and requests that one calling proxy may have open to a service, and the ejection of failing
 * endpoints. Istio's own defaults are 2^32-1, which is no limit, so every service gets limits here. These are the
 * declared ones, otherwise those derived from its `load`, otherwise the defaults. They are rendered to the
 * DestinationRule.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#ConnectionPoolSettings
 */
export interface CircuitBreakerDefinition {
  /** Maximum number of TCP connections. Default: 100. */
  readonly maxConnections?: number;
  /** Maximum number of requests that wait for a connection. Default: 100. */
  readonly http1MaxPendingRequests?: number;
  /** Maximum number of concurrent requests. Despite its name it also applies to HTTP/1.1. Default: 1000. */
  readonly http2MaxRequests?: number;
  /** Number of requests after which a connection is closed. Default: no limit. */
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
  /** Maximum number of concurrent retries, not of retries of one request. Default: 3. */
  readonly maxRetries?: number;
  /** Maximum share of retries in all requests. If it is set, Envoy ignores `maxRetries`. Default: none. */
  readonly retryBudget?: RetryBudget;
  /**
   * When failing endpoints are ejected. `false` turns ejection off. Default: on, with the defaults of
   * {@link OutlierDetectionDefinition}.
   */
  readonly outlierDetection?: OutlierDetectionDefinition | false;
}

/** Whether callers' proxies upgrade connections from HTTP/1.1 to HTTP/2. */
export type H2UpgradePolicy = (typeof h2UpgradePolicies)[number];

const h2UpgradePolicies = ["UPGRADE", "DO_NOT_UPGRADE"] as const;

/** @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#TrafficPolicy-RetryBudget */
export interface RetryBudget {
  /** Retries as a percentage of active and pending requests, 0–100. */
  readonly percent: number;
  /** Number of concurrent retries that are always allowed. */
  readonly minRetryConcurrency: number;
}

/**
 * When an endpoint is ejected from load balancing, and for how long.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#OutlierDetection
 */
export interface OutlierDetectionDefinition {
  /** Consecutive 5xx errors after which an endpoint is ejected. Default: 5. */
  readonly consecutive5xxErrors?: number;
  /**
   * Consecutive gateway errors (502, 503, 504) after which an endpoint is ejected. They also count as 5xx errors, so it
   * only has an effect if it is smaller than `consecutive5xxErrors`. Default: not used.
   */
  readonly consecutiveGatewayErrors?: number;
  /** Interval of the ejection analysis. Default: 10s, as in Istio. */
  readonly interval?: Duration;
  /** Base duration of an ejection, which is multiplied by the number of ejections so far. Default: 30s, as in Istio. */
  readonly baseEjectionTime?: Duration;
  /**
   * Share of all endpoints that may be ejected at once, 0–100. Above 50, those that are left may break under the load.
   * With `loadBalancing.locality` it must be 100: an endpoint that fails and is not ejected keeps its requests, which
   * then don't fail over to the next zone or region. Default: 100 with `loadBalancing.locality`, 50 without.
   */
  readonly maxEjectionPercent?: number;
  /**
   * Percentage of healthy endpoints below which ejections are ignored, so that all endpoints receive requests, 0–100.
   * Default: 0, as in Istio.
   */
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

/** Outlier detection with its defaults resolved. Times are in milliseconds. */
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
