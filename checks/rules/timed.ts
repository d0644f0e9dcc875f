import { formatPath, parsePath, repeatsSlowTries, type Mesh, type Retries } from "../../catalog";

/** Retries with a limit for each try and one for all of them, where the catalog declares them. */
export interface TimedRetries {
  readonly timeout: number;
  readonly attempts: number;
  readonly perTryTimeout: number;
  /** Whether another try follows one that reached its limit. */
  readonly repeatsSlow: boolean;
  /** Of the `retries` themselves. */
  readonly path: string;
}

/** Of every service and external one, and of every call that doesn't take them over from the service. */
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
  yield { timeout, attempts, perTryTimeout, repeatsSlow: repeatsSlowTries(retries), path };
}
