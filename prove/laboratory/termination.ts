import type { ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import type { V1Container, V1Pod } from "@kubernetes/client-node";

/** A container of a pod with its process. */
export interface Contained {
  readonly container: V1Container;
  readonly process: ChildProcess;
}

/** Runs what the hooks of a pod say. */
export interface Hooks {
  readonly get: (port: number, path: string) => Promise<unknown>;
  readonly agent: (args: readonly string[]) => Promise<unknown>;
}

/**
 * Ends the processes of a pod as the kubelet does. Each container gets SIGTERM when its preStop hook has ended. Those
 * that are sidecars of Kubernetes get it when all others have ended. Returns when they have ended, or the grace period
 * is over.
 *
 * @param hooks run hooks in the pod: a GET, or a command of Istio's agent. Other commands are not run.
 * @see https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination
 */
export async function terminate(
  { metadata, spec }: V1Pod,
  all: readonly Contained[],
  hooks: Hooks,
): Promise<void> {
  const { deletionGracePeriodSeconds = spec?.terminationGracePeriodSeconds ?? 30 } = metadata ?? {};
  const isSidecar = ({ container }: Contained): boolean => container.restartPolicy === "Always";
  const hooked = new Map(all.map((one) => [one, hookOf(one.container, hooks)]));
  const end = async (one: Contained): Promise<void> => {
    await hooked.get(one);
    one.process.kill("SIGTERM");
    await ended(one.process);
  };
  const inOrder = async (): Promise<void> => {
    await Promise.all(all.filter((one) => !isSidecar(one)).map(end));
    await Promise.all(all.filter(isSidecar).map(end));
  };
  await Promise.race([inOrder(), sleep(deletionGracePeriodSeconds * 1000, undefined, { ref: false })]);
}

/** Runs the preStop hook of a container: a wait, also as the command `sleep`, a GET, or a command of Istio's agent. */
async function hookOf({ lifecycle }: V1Container, { get, agent }: Hooks): Promise<void> {
  const { sleep: wait, exec, httpGet } = lifecycle?.preStop ?? {};
  const [, seconds] = /\bsleep (\d+)/.exec((exec?.command ?? []).join(" ")) ?? [];
  const [program, ...args] = exec?.command ?? [];
  if (program === "pilot-agent") await agent(args).catch(() => undefined);
  if (httpGet !== undefined) await get(Number(httpGet.port), httpGet.path ?? "/").catch(() => undefined);
  await sleep(1000 * (wait?.seconds ?? Number(seconds ?? 0)));
}

function ended(process: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (process.exitCode !== null || process.signalCode !== null) resolve();
    else
      process.once("exit", () => {
        resolve();
      });
  });
}
