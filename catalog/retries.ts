import { z } from "zod";
import { type Duration, durationSchema, milliseconds } from "./duration";
import type { Protocol } from "./port";
import type { Shape } from "./shape";

/**
 * When a request is tried again.
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter#x-envoy-retry-on
 */
export type RetryCondition = (typeof retryConditions)[number];

export const retryConditions = [
  "5xx",
  "gateway-error",
  "reset",
  "reset-before-request",
  "connect-failure",
  "retriable-4xx",
  "refused-stream",
  "cancelled",
  "deadline-exceeded",
  "internal",
  "resource-exhausted",
  "unavailable",
] as const;

/** Conditions under which the server has certainly not begun to work on the request: safe for every method. */
export const safeRetryConditions: readonly RetryCondition[] = [
  "connect-failure",
  "refused-stream",
  "reset-before-request",
];

/** Conditions that match the status of a gRPC response, so they never match on HTTP ports. */
export const grpcRetryConditions: readonly RetryCondition[] = [
  "cancelled",
  "deadline-exceeded",
  "internal",
  "resource-exhausted",
  "unavailable",
];

/** Whether a request that the callee may have begun to work on is repeated. */
export function repeatsBegunRequests({ retryOn }: Pick<Retries, "retryOn">, protocol: Protocol): boolean {
  return retryOn.some(
    (condition) =>
      !safeRetryConditions.includes(condition) &&
      (protocol === "grpc" || !grpcRetryConditions.includes(condition)),
  );
}

/**
 * Conditions under which Envoy repeats a try that took longer than its `perTryTimeout`: it resets such a request
 * itself, which is neither a failed connection nor an answer with a status. Under all others that try is the last.
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter#x-envoy-upstream-rq-per-try-timeout-ms
 */
const slowTryConditions: readonly RetryCondition[] = ["5xx", "gateway-error", "reset"];

/** Whether a try that reaches its `perTryTimeout` is followed by another one. */
export function repeatsSlowTries({ retryOn }: Pick<Retries, "retryOn">): boolean {
  return retryOn.some((condition) => slowTryConditions.includes(condition));
}

/**
 * How requests to an HTTP service are retried by the caller's proxy.
 *
 * POST and PATCH are only ever retried under those conditions that say that the server has not begun to
 * work on the request (`connect-failure`, `refused-stream`, `reset-before-request`): repeating them
 * otherwise pays twice. gRPC calls are all POSTs, so there every declared condition applies.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRetry
 */
export interface RetriesDefinition {
  /** How often a failed request is repeated; the first try isn't counted. 0–10. 0 also turns off Istio's own retries. */
  readonly attempts: number;
  /**
   * Limit of each try. Default: the timeout divided by the tries, `attempts + 1`, so that all of them fit, where
   * `retryOn` has `5xx`, `gateway-error` or `reset`; else none, as a try that reaches it isn't repeated.
   */
  readonly perTryTimeout?: Duration;
  /** Default: `["connect-failure", "refused-stream"]`. */
  readonly retryOn?: readonly RetryCondition[];
  /** The least wait before the first retry; it doubles with each one. Default: Envoy's, 25ms. */
  readonly backoff?: Duration;
}

/** Retries with their defaults resolved. `attempts: 0` turns off Istio's own default of two retries. */
export interface Retries {
  readonly attempts: number;
  /** The catalog declares no retries, so Istio's own default applies and is not rendered. */
  readonly inherited?: true;
  /** Milliseconds. Undefined without an overall timeout to derive it from, or where slow tries aren't repeated. */
  readonly perTryTimeout?: number;
  readonly retryOn: readonly RetryCondition[];
  /** Milliseconds. */
  readonly backoff?: number;
}

export const retriesSchema: z.ZodType<RetriesDefinition> = z.strictObject({
  attempts: z.int().min(0).max(10),
  perTryTimeout: durationSchema.optional(),
  retryOn: z.array(z.enum(retryConditions)).min(1).optional(),
  backoff: durationSchema.optional(),
} satisfies Shape<RetriesDefinition>);

/** For requests that must not be repeated. */
export const noRetries: Retries = { attempts: 0, retryOn: [] };

/**
 * Istio's own default, for routes without `retries`. HTTP requests are repeated only if the server has certainly not
 * begun to work on them, because `unavailable` and `cancelled` match gRPC statuses only. Istio also lists
 * `retriable-status-codes`, but without any code since 1.24.
 *
 * @see https://istio.io/latest/docs/concepts/traffic-management/#retries
 * @see https://github.com/istio/istio/blob/release-1.31/pilot/pkg/networking/core/route/retry/retry.go
 */
const inheritedRetries: Retries = {
  attempts: 2,
  retryOn: ["connect-failure", "refused-stream", "unavailable", "cancelled"],
  inherited: true,
};

/** Resolves the defaults; `timeout` is the overall limit of the request in milliseconds. */
export function normalizeRetries(definition: RetriesDefinition | undefined, timeout?: number): Retries {
  if (!definition) return inheritedRetries;
  if (definition.attempts === 0) return noRetries;
  const { attempts, perTryTimeout, retryOn = ["connect-failure", "refused-stream"] } = definition;
  const share =
    timeout !== undefined && repeatsSlowTries({ retryOn }) ? Math.floor(timeout / (attempts + 1)) : undefined;
  const perTry = milliseconds(perTryTimeout) ?? share;
  const backoff = milliseconds(definition.backoff);
  return {
    attempts,
    retryOn,
    ...(perTry !== undefined && { perTryTimeout: perTry }),
    ...(backoff !== undefined && { backoff }),
  };
}

/**
 * The retries of a call: its own, or the service's. With less time than the service gives, retried attempts that timed
 * out are shortened so that all of them fit into it.
 *
 * @param timeout limit of the call in milliseconds.
 */
export function edgeRetries(
  own: RetriesDefinition | undefined,
  ofService: Retries,
  timeout?: number,
): Retries {
  if (own) return normalizeRetries(own, timeout);
  const { attempts, perTryTimeout } = ofService;
  if (timeout === undefined || !repeatsSlowTries(ofService)) return ofService;
  const share = Math.floor(timeout / (attempts + 1));
  return { ...ofService, perTryTimeout: Math.min(perTryTimeout ?? share, share) };
}
