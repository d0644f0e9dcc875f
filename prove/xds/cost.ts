import { readFileSync } from "node:fs";
import { compare, isObject } from "../../catalog";
import { knownObject, type PlainObject, titleOf, type Workload } from "../../effect";
import type { Subject } from "../subject";
import { modelOf, objectsOf } from "../model";
import { inParallel, istiodFor, type XdsOptions } from "./index";
import { istiodLimit, proxyLimit } from "./memoryLimits";
import { resourceTypes, type SentTo, sizesOf } from "./proxy";
import { nodeOf } from "./world";

/** What istiod sends the proxies of one workload. */
export interface ProxyCost {
  readonly namespace: string;
  readonly name: string;
  readonly proxy: "sidecar" | "gateway";
  /** How many pods have this proxy. */
  readonly pods: number;
  /** Number and bytes of the resources of each type, as Protocol Buffers. */
  readonly sent: SentTo;
  /** Bytes of all types. */
  readonly bytes: number;
  /** The memory limit of the proxy's container in bytes. Undefined where neither the catalog nor the releases set one. */
  readonly memoryLimit?: number;
}

/** What a catalog costs istiod and the proxies. */
export interface MeshCost {
  readonly proxies: readonly ProxyCost[];
  /** Resident memory of istiod in bytes, after it has sent all. Undefined where the system does not tell. */
  readonly istiod?: number;
  /** The memory limit of istiod's container in bytes. Undefined if its release sets none. */
  readonly istiodLimit?: number;
}

/** Asks a real istiod for the configuration of each workload's proxy, and measures it. */
export async function costOf(subject: Subject, options: XdsOptions = {}): Promise<MeshCost> {
  const { say = () => undefined } = options;
  const model = modelOf(subject, false);
  const objects = objectsOf(subject, false);
  const replicas = replicasIn(objects);
  const { istiod, world } = await istiodFor(subject, { model, objects, replicas }, options);
  try {
    const proxies: ProxyCost[] = [];
    await inParallel(model.workloads, async (workload) => {
      const pods = world.podsOf(workload);
      const node = pods[0] && nodeOf(pods[0]);
      if (node === undefined) return;
      const sent = await sizesOf(istiod, node);
      const { namespace, name, proxy } = workload;
      const bytes = resourceTypes.reduce((sum, type) => sum + sent[type].bytes, 0);
      const memoryLimit = proxyLimit(workload, subject.releases);
      proxies.push({
        namespace,
        name,
        proxy: proxy === "gateway" ? "gateway" : "sidecar",
        pods: pods.length,
        sent,
        bytes,
        ...(memoryLimit !== undefined && { memoryLimit }),
      });
      say(`${proxies.length} of ${model.workloads.length} workloads`);
    });
    const [resident, limit] = [residentOf(istiod.pid), istiodLimit(subject.releases)];
    return {
      proxies: proxies.sort((a, b) => b.bytes - a.bytes || compare(keyOfProxy(a), keyOfProxy(b))),
      ...(resident !== undefined && { istiod: resident }),
      ...(limit !== undefined && { istiodLimit: limit }),
    };
  } finally {
    await istiod.stop();
  }
}

/** Namespace and name of a workload. */
export function keyOfProxy({ namespace, name }: Pick<ProxyCost, "namespace" | "name">): string {
  return `${namespace}/${name}`;
}

/** Replicas of Deployments and StatefulSets; one where an object has none, such as a gateway that a chart deploys. */
function replicasIn(objects: readonly PlainObject[]): (workload: Workload) => number {
  const counts = new Map(
    objects.map(knownObject).flatMap((one): [string, number][] => {
      const replicas = isObject(one.spec) ? one.spec.replicas : undefined;
      return typeof replicas === "number" ? [[titleOf(one), replicas]] : [];
    }),
  );
  return ({ from }) => Math.max(1, (from && counts.get(titleOf(from))) ?? 1);
}

/** https://man7.org/linux/man-pages/man5/proc_pid_status.5.html */
function residentOf(pid: number): number | undefined {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;
  } catch {
    return undefined;
  }
}
