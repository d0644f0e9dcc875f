import { z } from "zod";
import type { CircuitBreakerDefinition } from "./circuitBreaker";
import { type Duration, durationSchema, formatDuration, milliseconds } from "./duration";
import type { Shape } from "./shape";

/**
 * The peak load of a service. Circuit breaker limits that are not declared are computed from it, and declared ones are
 * checked against it. HTTP only.
 *
 * By Little's law, `rps` times the mean response time is the number of concurrent requests. With `p99` instead of the
 * mean, `rps × p99` is a cautious upper estimate. Each calling proxy counts only its own requests, so its limit is its
 * share, with headroom: `rps × p99 × headroom ÷ callers`, rounded up, at least 10.
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/circuit_breaking
 */
export interface LoadDefinition {
  /** Requests per second of all callers together. */
  readonly rps: number;
  /** 99th percentile of the response time. */
  readonly p99: Duration;
  /** Factor by which the load is multiplied, for bursts and uneven callers. Default: 2. */
  readonly headroom?: number;
  /**
   * Number of calling proxies. Default: the smallest number of pods of the calling services. Required if a caller is a
   * gateway or is not deployed by the catalog.
   */
  readonly callers?: number;
}

/** A load with its defaults resolved. */
export interface Load {
  readonly rps: number;
  /** Milliseconds. */
  readonly p99: number;
  readonly headroom: number;
  readonly callers: number;
  /** Concurrent requests of all callers: a cautious upper estimate. */
  readonly concurrency: number;
  /** Concurrent requests of each calling proxy, with headroom. */
  readonly share: number;
}

/** Smallest limit. With a lower one, a burst of few requests would exceed it, regardless of the average load. */
const leastShare = 10;

/** Concurrent retries as a share of concurrent requests. */
const retryShare = 0.2;

export const loadSchema: z.ZodType<LoadDefinition> = z.strictObject({
  rps: z.number().positive(),
  p99: durationSchema,
  headroom: z.number().min(1).max(10).optional(),
  callers: z.int().min(1).optional(),
} satisfies Shape<LoadDefinition>);

/** @param counted number of calling proxies, as far as they are known. */
export function normalizeLoad({ rps, p99, headroom = 2, callers }: LoadDefinition, counted: number): Load {
  const latency = milliseconds(p99);
  const proxies = callers ?? Math.max(1, counted);
  // In thousandths, where nothing is lost to binary fractions.
  const concurrency = (rps * latency) / 1000;
  const share = Math.max(leastShare, Math.ceil((rps * latency * headroom) / (1000 * proxies)));
  return { rps, p99: latency, headroom, callers: proxies, concurrency, share };
}

/** The limits of a circuit breaker that allows a load. */
export function limitsFor({ share }: Load): Partial<CircuitBreakerDefinition> {
  return {
    maxConnections: share,
    http1MaxPendingRequests: share,
    http2MaxRequests: share,
    maxRetries: Math.max(3, Math.ceil(share * retryShare)),
  };
}

/** Explains how a share is computed. */
export function explainLoad({ rps, p99, headroom, callers, concurrency, share }: Load): string {
  return (
    `${rps}/s × ${formatDuration(p99)} = ${round(concurrency)} requests at once; × ${headroom} headroom ` +
    `÷ ${callers} calling ${callers === 1 ? "proxy" : "proxies"} = ${share} each, at least ${leastShare}`
  );
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
