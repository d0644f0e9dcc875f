import { setTimeout as sleep } from "node:timers/promises";
import type { KubeConfig, V1Pod } from "@kubernetes/client-node";
import { z } from "zod";
import { sandboxStatus } from "../../sandbox";
import { isReady } from "../addOns";
import { forwardPort } from "../portForward";
import { type ProxySync, staleTypes, type SyncStatus, unlisted } from "./sync";

/** istiod serves its debug endpoints there, to clients of its own pod only. */
const debugPort = 15014;
/** How long an istiod may take to answer, in milliseconds. */
const patience = 10_000;
/** How long a proxy may take to acknowledge what istiod has just sent, in milliseconds. */
const settling = 3_000;

const answer = z
  .array(
    z.object({
      proxy: z.string(),
      resources: z
        .record(
          z.string(),
          z.object({
            sent: z.string().optional(),
            acked: z.string().optional(),
            lastError: z.string().optional(),
          }),
        )
        .default({}),
    }),
  )
  .nullable();

/**
 * Asks every istiod which configuration its proxies have, as `istioctl proxy-status` does: through a forwarded port. On the
 * sandbox istiod is a process of this machine.
 *
 * @param sandbox folder of the sandbox, if the cluster is one.
 */
export async function readSync(
  config: KubeConfig,
  pods: readonly V1Pod[],
  sandbox: string | undefined,
): Promise<SyncStatus> {
  const istiods = pods.filter((pod) => pod.metadata?.labels?.app === "istiod" && isReady(pod));
  const complete = sandbox === undefined && istiods.length > 0;
  const read = async (): Promise<ProxySync[]> => {
    const lists = await (sandbox === undefined
      ? Promise.all(istiods.map((pod) => askPod(config, pod)))
      : askProcesses(sandbox));
    return lists.flat();
  };
  try {
    const first = await read();
    const stale = new Set(first.filter((one) => staleTypes(one).length > 0).map(({ proxy }) => proxy));
    if (stale.size === 0 && (!complete || unlisted(first, pods).length === 0)) {
      return { proxies: first, complete };
    }
    // A proxy needs a moment for what has just been sent, and for a connection to another istiod.
    await sleep(settling);
    const second = await read();
    const listed = new Set(second.map(({ proxy }) => proxy));
    const settled = (one: ProxySync): ProxySync => ({ ...one, resources: {} });
    const proxies = [
      ...second.map((one) => (stale.has(one.proxy) ? one : settled(one))),
      ...first.filter(({ proxy }) => !listed.has(proxy)).map(settled),
    ];
    return { proxies, complete };
  } catch (error) {
    return { proxies: [], unread: (error as Error).message, complete: false };
  }
}

async function askPod(config: KubeConfig, { metadata }: V1Pod): Promise<ProxySync[]> {
  const { name: pod = "", namespace = "" } = metadata ?? {};
  const forwarding = await forwardPort(config, () => Promise.resolve({ namespace, pod, port: debugPort }), 0);
  try {
    return await ask(forwarding.port);
  } catch (error) {
    throw new Error(`${namespace}/${pod}: ${forwarding.lastError() ?? (error as Error).message}`, {
      cause: error,
    });
  } finally {
    await forwarding.close();
  }
}

async function askProcesses(state: string): Promise<ProxySync[][]> {
  const { processes } = await sandboxStatus(state);
  const running = processes.filter(({ name, status }) => name.startsWith("istiod") && status === "running");
  return Promise.all(running.map(({ ports }) => ask(ports.monitoring ?? 0)));
}

async function ask(port: number): Promise<ProxySync[]> {
  const response = await fetch(`http://127.0.0.1:${port}/debug/syncz`, {
    signal: AbortSignal.timeout(patience),
  });
  if (!response.ok) throw new Error(`istiod answers ${response.status}`);
  return answer.parse(await response.json()) ?? [];
}
