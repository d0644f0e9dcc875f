import { z } from "zod";
import type { CircuitBreakerDefinition } from "./circuitBreaker";
import { type Duration, durationSchema, formatDuration, milliseconds } from "./duration";
import type { Shape } from "./shape";

/**
 * What a service has to carry at its peak. The limits of its circuit breaker that aren't given are computed from
 * it, and those that are given are held against it. HTTP only.
 *
 * By Little's law `rps` times the mean time are under way at once; with `p99` in its place, `rps × p99` is a cautious
 * upper estimate. Envoy counts requests in each calling proxy by itself, so a proxy's limit is its share of them, with
 * headroom: `rps × p99 × headroom ÷ callers`, rounded up, at least 10.
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/circuit_breaking
 */
export interface LoadDefinition {
  /** Requests per second of all callers together. */
  readonly rps: number;
  /** The time within which 99 % of the requests are answered. */
  readonly p99: Duration;
  /** How many times the load is let through, for bursts and uneven callers. Default: 2. */
  readonly headroom?: number;
  /**
   * Number of proxies that call. Default: the pods of the calling services at their fewest; required where a caller
   * is a gateway or isn't deployed with the mesh.
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
  /** Requests under way at once, of all callers together: a cautious upper estimate. */
  readonly concurrency: number;
  /** Of them, with headroom, what each calling proxy may have under way. */
  readonly share: number;
}

/** Below that a burst of few requests would open the breaker, however small the load is on average. */
const leastShare = 10;

/** Retries under way as a share of the requests under way. */
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

/** The limits of a circuit breaker that lets a load through. */
export function limitsFor({ share }: Load): Partial<CircuitBreakerDefinition> {
  return {
    maxConnections: share,
    http1MaxPendingRequests: share,
    http2MaxRequests: share,
    maxRetries: Math.max(3, Math.ceil(share * retryShare)),
  };
}

/** The arithmetic behind a share, for people. */
export function explainLoad({ rps, p99, headroom, callers, concurrency, share }: Load): string {
  return (
    `${rps}/s × ${formatDuration(p99)} = ${round(concurrency)} requests at once; × ${headroom} headroom ` +
    `÷ ${callers} calling ${callers === 1 ? "proxy" : "proxies"} = ${share} each, at least ${leastShare}`
  );
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
