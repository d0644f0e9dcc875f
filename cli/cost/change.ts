import { compare, memoryFor } from "../../catalog";
import { keyOfProxy, type MeshCost, type ProxyCost, resourceTypes } from "../../prove";

/** What a change does to the proxies of a workload. Sizes are bytes. */
export interface ProxyChange {
  readonly namespace: string;
  readonly name: string;
  readonly kind: "added" | "removed" | "changed";
  /** Pods after the change; of a removed workload, before it. */
  readonly pods: number;
  /** What is added to the configuration of each proxy. */
  readonly bytes: number;
  /** What is added to the memory of all its proxies, by the model. */
  readonly memory: number;
}

/** The proxies that a change reaches, the greatest change of memory first. */
export function changesOf(before: MeshCost, after: MeshCost): ProxyChange[] {
  const old = new Map(before.proxies.map((one) => [keyOfProxy(one), one]));
  const now = new Map(after.proxies.map((one) => [keyOfProxy(one), one]));
  return [...new Set([...old.keys(), ...now.keys()])]
    .flatMap((key): ProxyChange[] => {
      const [was, is] = [old.get(key), now.get(key)];
      const proxy = is ?? was;
      if (proxy === undefined || (was && is && isSame(was, is))) return [];
      const { namespace, name, pods } = proxy;
      const memory = allPods(is) - allPods(was);
      const bytes = (is?.bytes ?? 0) - (was?.bytes ?? 0);
      const kind = was === undefined ? "added" : is === undefined ? "removed" : "changed";
      return [{ namespace, name, kind, pods, bytes, memory }];
    })
    .sort((a, b) => Math.abs(b.memory) - Math.abs(a.memory) || compare(keyOfProxy(a), keyOfProxy(b)));
}

function isSame(one: ProxyCost, other: ProxyCost): boolean {
  return (
    one.pods === other.pods &&
    resourceTypes.every((type) => one.sent[type].fingerprint === other.sent[type].fingerprint)
  );
}

function allPods(proxy: ProxyCost | undefined): number {
  return proxy === undefined ? 0 : proxy.pods * memoryFor(proxy.bytes);
}
