import { z } from "zod";
import { type Duration, durationSchema, milliseconds } from "./duration";
import type { Protocol } from "./port";
import type { Shape } from "./shape";

/**
 * A condition under which a request is retried.
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

/** Conditions under which the server has not begun to process the request. They are safe for every method. */
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

/** Whether a request is retried although the callee may have begun to process it. */
export function repeatsBegunRequests({ retryOn }: Pick<Retries, "retryOn">, protocol: Protocol): boolean {
  return retryOn.some(
    (condition) =>
      !safeRetryConditions.includes(condition) &&
      (protocol === "grpc" || !grpcRetryConditions.includes(condition)),
  );
}

/**
 * Conditions under which Envoy retries an attempt that reached its per-try timeout. Envoy resets such a request itself,
 * which is neither a failed connection nor a response with a status. With any other condition that attempt is final.
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter#x-envoy-upstream-rq-per-try-timeout-ms
 */
const slowTryConditions: readonly RetryCondition[] = ["5xx", "gateway-error", "reset"];

/** Whether an attempt that reaches its `perTryTimeout` is retried. */
export function repeatsSlowTries({ retryOn }: Pick<Retries, "retryOn">): boolean {
  return retryOn.some((condition) => slowTryConditions.includes(condition));
}

/**
 * Retries of requests to an HTTP service by the caller's proxy. They are rendered to the VirtualService.
 *
 * POST and PATCH are only retried under conditions that mean that the server has not begun to process the request:
 * `connect-failure`, `refused-stream`, `reset-before-request`. Any other retry could execute it twice. Every gRPC call
 * is a POST, so there each declared condition applies.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRetry
 */
export interface RetriesDefinition {
  /** Maximum number of retries, without the first attempt, 0–10. 0 also turns off Istio's own retries. */
  readonly attempts: number;
  /**
   * Timeout of each attempt. Default: the timeout divided by the number of attempts, `attempts + 1`, so that all fit,
   * if `retryOn` contains `5xx`, `gateway-error` or `reset`. Otherwise none, because an attempt that reaches it is not
   * retried.
   */
  readonly perTryTimeout?: Duration;
  /** Conditions under which a request is retried. Default: `["connect-failure", "refused-stream"]`. */
  readonly retryOn?: readonly RetryCondition[];
  /** Base interval before the first retry, which doubles with each one. Default: Envoy's, 25ms. */
  readonly backoff?: Duration;
}

/** Retries with their defaults resolved. `attempts: 0` turns off Istio's own default of two retries. */
export interface Retries {
  readonly attempts: number;
  /** The catalog declares no retries, so Istio's own default applies and is not rendered. */
  readonly inherited?: true;
  /**
   * Timeout of each attempt in milliseconds. Undefined without an overall timeout, or if slow attempts are not retried.
   */
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

/** Retries of requests that must not be retried. */
export const noRetries: Retries = { attempts: 0, retryOn: [] };

/**
 * Istio's own default for routes without `retries`. HTTP requests are retried only if the server has not begun to
 * process them, because `unavailable` and `cancelled` match gRPC statuses only. Istio also lists
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
 * The retries of a call: its own, or the callee's. If the call has a shorter timeout than the callee's, the per-try
 * timeout is shortened so that all attempts fit.
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
