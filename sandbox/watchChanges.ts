import { setTimeout as sleep } from "node:timers/promises";
import { type KubeConfig, Watch } from "@kubernetes/client-node";

/** The pause before a watch that ended is started again, in milliseconds. */
const pause = 1_000;

/**
 * Calls `changed` whenever an object of one of these collections is created, changed or deleted, until `signal` is aborted.
 * A watch that ends, for instance because the API server restarts, is started again.
 *
 * @param paths paths of collections on the API server, such as `/api/v1/services`, each with an optional label selector.
 */
export function watchChanges(
  kubeconfig: KubeConfig,
  paths: readonly { readonly path: string; readonly labelSelector?: string }[],
  changed: () => void,
  signal: AbortSignal,
): void {
  for (const one of paths) void keepWatching(kubeconfig, one, changed, signal);
}

async function keepWatching(
  kubeconfig: KubeConfig,
  { path, labelSelector }: { readonly path: string; readonly labelSelector?: string },
  changed: () => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await new Promise<void>((ended) => {
      const watching = new Watch(kubeconfig).watch(path, { labelSelector }, changed, () => {
        ended();
      });
      const stop = (): void => {
        void watching.then((controller) => {
          controller.abort();
        });
      };
      signal.addEventListener("abort", stop, { once: true });
      watching.catch(() => {
        ended();
      });
    });
    await sleep(pause, undefined, { signal }).catch(() => undefined);
  }
}
