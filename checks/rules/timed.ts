import { formatPath, parsePath, repeatsSlowTries, type Mesh, type Retries } from "../../catalog";

/** Declared retries with a timeout for each attempt and one for all of them, in milliseconds. */
export interface TimedRetries {
  readonly timeout: number;
  readonly attempts: number;
  readonly perTryTimeout: number;
  /** Whether an attempt that reaches its per-try timeout is retried. */
  readonly retriesSlow: boolean;
  /** The path of `retries`. */
  readonly path: string;
}

/** The retries of every service and external service, and of every call that has its own. */
export function* timed({ services, externalServices }: Mesh): Iterable<TimedRetries> {
  for (const service of [...services, ...externalServices]) {
    yield* one(service, formatPath([...parsePath(service.path), "resilience", "retries"]));
    for (const edge of service.incoming) {
      if (edge.ownRetries) yield* one(edge, `${edge.path}.retries`);
    }
  }
}

function* one(
  { timeout, retries }: { readonly timeout?: number; readonly retries: Retries },
  path: string,
): Iterable<TimedRetries> {
  const { attempts, perTryTimeout } = retries;
  if (timeout === undefined || perTryTimeout === undefined || attempts === 0) return;
  yield { timeout, attempts, perTryTimeout, retriesSlow: repeatsSlowTries(retries), path };
}
