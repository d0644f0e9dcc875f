import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  CoreV1Api,
  type KubeConfig,
  PatchStrategy,
  setHeaderOptions,
  type V1Pod,
} from "@kubernetes/client-node";
import { sandboxNodes } from "../../sandbox/nodes";
import { absenceIsFine } from "../../sandbox/kubernetes";
import { files } from "./files";
import type { LabPod } from "./messages";
import { createNetwork, removeNetwork } from "./network";
import { containersOf, statusOf } from "./pod";
import { initialize, keyOf, killIn, launch, type PodPrograms, type Running } from "./podProcesses";
import { logIn, run, start } from "./processes";
import { caller } from "./rpc";
import { terminate } from "./termination";
import { watchAll } from "./watch";

/** Acts as scheduler and kubelet: runs every pod of the cluster. */
export interface Kubelet {
  pods(): LabPod[];
  /** Calls a method of the application of a pod. */
  ask(pod: string, method: string, argument: unknown): Promise<unknown>;
  /** The lines with a text in the output of a pod's proxy. */
  log(pod: string, text: string): string[];
  /** How many pods are being stopped. */
  stopping(): number;
  /** The body of a GET from inside of a pod's network. */
  get(pod: string, url: string): Promise<unknown>;
  /** What went wrong so far, one problem a line. */
  problems(): readonly string[];
}

const merge = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);

/** @param onEnd is called if a part of a pod ends that was not stopped. */
export function startKubelet(
  kubeconfig: KubeConfig,
  programs: PodPrograms,
  logs: string,
  onEnd: (part: string) => void,
): Kubelet {
  const api = kubeconfig.makeApiClient(CoreV1Api);
  const running = new Map<string, Running>();
  const problems: string[] = [];
  const nodes = sandboxNodes().map(({ metadata }) => metadata?.name ?? "");
  const perOwner = new Map<string, number>();
  let last = 9;

  /** Deals the pods of one owner over the zones. */
  const nodeFor = ({ metadata, spec }: V1Pod): string => {
    const wanted = spec?.nodeSelector?.["kubernetes.io/hostname"];
    if (wanted !== undefined) return wanted;
    const owner = metadata?.ownerReferences?.[0]?.uid ?? metadata?.uid ?? "";
    const index = perOwner.get(owner) ?? 0;
    perOwner.set(owner, index + 1);
    return nodes[index % nodes.length] ?? "";
  };

  const runPod = async (pod: V1Pod): Promise<void> => {
    const { name = "", namespace = "" } = pod.metadata ?? {};
    const number = ++last;
    const address = `10.244.${number >> 8}.${number & 255}`;
    const node = pod.spec?.nodeName ?? nodeFor(pod);
    const one: Running = {
      pod,
      number,
      address,
      network: files.network(`p${number}`),
      node,
      processes: [],
      ready: false,
      stopping: false,
    };
    running.set(keyOf(pod), one);
    if (pod.spec?.nodeName === undefined) {
      const body = { metadata: { name }, target: { apiVersion: "v1", kind: "Node", name: node } };
      // The client fails to read the server's answer, a Status; the binding is done all the same.
      await api.createNamespacedPodBinding({ name, namespace, body }).catch(() => undefined);
    }
    const bound = structuredClone(pod);
    if (bound.spec) bound.spec.nodeName = node;
    await createNetwork(`p${number}`, address);
    await tell(bound, address, false);
    await initialize(programs, bound, one);
    await launch({ api, programs, logs, onEnd }, bound, one);
    await tell(bound, address, true);
    one.ready = true;
  };

  const tell = async (pod: V1Pod, address: string, ready: boolean): Promise<void> => {
    const { name = "", namespace = "" } = pod.metadata ?? {};
    const body = { status: statusOf(pod, address, ready) };
    await absenceIsFine(api.patchNamespacedPodStatus({ name, namespace, body }, merge));
  };

  const getter = ({ network, number }: Running): NonNullable<Running["inside"]> => {
    const args = [join(programs.applications, "inside.js")];
    const log = logIn(logs, `inside-p${number}`);
    return caller(start({ program: programs.node, args, log, network, ipc: true }));
  };

  const stop = async (pod: V1Pod): Promise<void> => {
    const one = running.get(keyOf(pod));
    if (one === undefined || one.stopping) return;
    one.stopping = true;
    await terminate(pod, one.processes, {
      get: (port, path) => fetch(`http://${one.address}:${port}${path}`),
      agent: (args) => run("nsenter", [`--net=${one.network}`, programs["pilot-agent"], ...args]),
    });
    for (const { process } of one.processes) process.kill("SIGKILL");
    // Envoy is the agent's child.
    killIn(one.network);
    await removeNetwork(`p${one.number}`).catch(() => undefined);
    const { name = "", namespace = "" } = pod.metadata ?? {};
    await absenceIsFine(api.deleteNamespacedPod({ name, namespace, gracePeriodSeconds: 0 }));
    running.delete(keyOf(pod));
  };

  const see = (type: string, pod: V1Pod): void => {
    const gone = type === "DELETED" || pod.metadata?.deletionTimestamp !== undefined;
    const work = gone ? stop(pod) : running.has(keyOf(pod)) ? undefined : runPod(pod);
    work?.catch((error: unknown) => {
      problems.push(`${keyOf(pod)}: ${error instanceof Error ? error.message : String(error)}`);
    });
  };
  watchAll(kubeconfig, "/api/v1/pods", see);

  const byName = (name: string): Running => {
    const found = running.get(name);
    if (found === undefined) throw new Error(`there is no pod ${name}`);
    return found;
  };
  return {
    pods: () => [...running.values()].filter(({ stopping }) => !stopping).map(describe),
    ask: async (name, method, argument) => {
      const { ask } = byName(name);
      if (ask === undefined) throw new Error(`${name} has no application`);
      return ask(method, argument);
    },
    log: (name, text) => {
      const { pod } = byName(name);
      const { namespace = "", name: own = "" } = pod.metadata ?? {};
      const file = join(logs, `${namespace}_${own}`, "proxy.log");
      return readFileSync(file, "utf8")
        .split("\n")
        .filter((line) => line.includes(text));
    },
    stopping: () => [...running.values()].filter((one) => one.stopping).length,
    get: (name, url) => {
      const one = byName(name);
      one.inside ??= getter(one);
      return one.inside("get", url);
    },
    problems: () => problems,
  };
}

function describe({ pod, address, node, ready }: Running): LabPod {
  const labels = sandboxNodes().find(({ metadata }) => metadata?.name === node)?.metadata?.labels ?? {};
  return {
    namespace: pod.metadata?.namespace ?? "",
    name: pod.metadata?.name ?? "",
    labels: pod.metadata?.labels ?? {},
    serviceAccount: pod.spec?.serviceAccountName ?? "default",
    address,
    zone: labels["topology.kubernetes.io/zone"] ?? "",
    region: labels["topology.kubernetes.io/region"] ?? "",
    proxy: containersOf(pod).some(({ name }) => name === "istio-proxy"),
    ready,
  };
}
