import type { Retries as Declared } from "../catalog";
import type { Retries as Seen } from "../effect";

/** Retries in a form in which those of a catalog and those of a route can be compared. Undefined: no attempt is repeated. */
export interface RetrySettings {
  readonly attempts: number;
  readonly perTryTimeout: number | undefined;
  readonly backoff: number | undefined;
  /** Conditions, sorted. */
  readonly retryOn: string;
}

export function declaredRetries({
  attempts,
  retryOn,
  perTryTimeout,
  backoff,
}: Declared): RetrySettings | undefined {
  return attempts === 0
    ? undefined
    : { attempts, perTryTimeout, backoff, retryOn: [...retryOn].sort().join(",") };
}

export function seenRetries(retries: Seen | undefined): RetrySettings | undefined {
  return (
    retries && {
      attempts: retries.attempts,
      perTryTimeout: retries.perTryTimeout,
      backoff: retries.backoff,
      // Istio's default has a condition without effect.
      retryOn: retries.retryOn
        .split(",")
        .map((one) => one.trim())
        .filter((one) => one !== "retriable-status-codes")
        .sort()
        .join(","),
    }
  );
}
