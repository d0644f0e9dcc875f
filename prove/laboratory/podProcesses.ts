import type { ChildProcess } from "node:child_process";
import { readdirSync, readlinkSync, statSync } from "node:fs";
import { join } from "node:path";
import type { CoreV1Api, V1Container, V1Pod } from "@kubernetes/client-node";
import { answers, tailOf } from "../../sandbox/supervise";
import { files } from "./files";
import { setKernel } from "./network";
import { applicationsOf, argumentsOf, containersOf, environmentOf, withProxyUser } from "./pod";
import { writeIstiodFiles, writeProxyFiles } from "./podFiles";
import { type Identity, logIn, run, start, until } from "./processes";
import { caller } from "./rpc";
import type { Contained } from "./termination";

/** The programs that pods run. */
export interface PodPrograms {
  readonly node: string;
  /** Folder with `app.js` and `inside.js`. */
  readonly applications: string;
  readonly "pilot-agent": string;
  readonly "pilot-discovery": string;
  readonly bootstrap: string;
  /** Environment under which nft runs. */
  readonly nftEnvironment: Readonly<Record<string, string>>;
}

/** A pod that the kubelet runs. */
export interface Running {
  readonly pod: V1Pod;
  readonly number: number;
  readonly address: string;
  readonly network: string;
  readonly node: string;
  readonly processes: Contained[];
  ask?: (method: string, argument?: unknown) => Promise<unknown>;
  /** Calls the process that gets URLs in its network. It starts with the first one. */
  inside?: (method: string, argument?: unknown) => Promise<unknown>;
  ready: boolean;
  stopping: boolean;
}

/** What the processes of a pod need besides the pod. */
interface Surroundings {
  readonly api: CoreV1Api;
  readonly programs: PodPrograms;
  /** Folder of the logs. */
  readonly logs: string;
  /** Is called if a part of a pod ends that was not stopped. */
  readonly onEnd: (part: string) => void;
}

// Each proxy has a user of its own, because the kernel limits inotify by user. Its group is Istio's.
const proxyGroup = 1337;
const firstProxyUser = 20_000;
const application: Identity = { user: 1000, group: 1000 };
const readyPatience = 180_000;

/** `<namespace>/<name>` of a pod. */
export function keyOf({ metadata }: V1Pod): string {
  return `${metadata?.namespace ?? ""}/${metadata?.name ?? ""}`;
}

/** Runs what redirects the pod's traffic to its proxy, and writes its kernel settings. */
export async function initialize(
  programs: PodPrograms,
  pod: V1Pod,
  { network, address, number }: Running,
): Promise<void> {
  const init = containersOf(pod).find(({ name }) => name === "istio-init");
  if (init !== undefined) {
    const env = { ...environmentOf(pod, init, address), ...programs.nftEnvironment };
    const args = withProxyUser(argumentsOf(init, env), firstProxyUser + number);
    const command = [programs["pilot-agent"], ...args];
    await run("nsenter", [`--net=${network}`, ...command], { env });
  }
  const settings = (pod.spec?.securityContext?.sysctls ?? []).map(
    ({ name, value }) => [name, value] as const,
  );
  // Applications may use every port, and are not root.
  await setKernel(network, {
    "net.ipv4.ip_unprivileged_port_start": "0",
    ...(Object.fromEntries(settings) as Record<string, string>),
  });
}

/** Starts the proxy, istiod and the application of a pod, those that it has, and waits until they answer. */
export async function launch(
  { api, programs, logs, onEnd }: Surroundings,
  pod: V1Pod,
  one: Running,
): Promise<void> {
  const { name = "", namespace = "" } = pod.metadata ?? {};
  const { network, address } = one;
  const folder = join(files.pods, `${namespace}_${name}`);
  const podLogs = join(logs, `${namespace}_${name}`);
  const user: Identity = { user: firstProxyUser + one.number, group: proxyGroup };
  const begin = (child: ChildProcess, container: V1Container, what: string, log: string): ChildProcess => {
    one.processes.push({ container, process: child });
    child.on("exit", (code, signal) => {
      if (!one.stopping) onEnd(`${what} of ${keyOf(pod)} ended (${signal ?? String(code)}):\n${tailOf(log)}`);
    });
    return child;
  };
  const proxy = containersOf(pod).find((container) => container.name === "istio-proxy");
  if (proxy !== undefined) {
    await writeProxyFiles(api, pod, folder, user);
    const env = { ...environmentOf(pod, proxy, address), ISTIO_BOOTSTRAP: programs.bootstrap };
    const args = argumentsOf(proxy, env);
    const program = programs["pilot-agent"];
    const log = logIn(podLogs, "proxy");
    begin(start({ program, args, env, cwd: folder, log, network, identity: user }), proxy, "the proxy", log);
  }
  const istiod = pod.spec?.containers.find((container) => container.name === "discovery");
  if (istiod !== undefined) {
    const path = await writeIstiodFiles(api, pod, folder, user);
    const env = environmentOf(pod, istiod, address);
    const args = [...argumentsOf(istiod, env), `--kubeconfig=${path}`];
    const program = programs["pilot-discovery"];
    const log = logIn(podLogs, "discovery");
    begin(start({ program, args, env, cwd: folder, log, network, identity: user }), istiod, "istiod", log);
  }
  const [first] = applicationsOf(pod);
  if (first !== undefined) {
    const ports = applicationsOf(pod).flatMap((container) =>
      (container.ports ?? []).map(({ containerPort }) => containerPort),
    );
    const version = pod.metadata?.labels?.version ?? "";
    const app = join(programs.applications, "app.js");
    const args = [app, name, version, ports.join(",") || "8080", files.podCertificate, files.rateLimits];
    const log = logIn(podLogs, "application");
    const child = start({ program: programs.node, args, log, network, identity: application, ipc: true });
    one.ask = caller(begin(child, first, "the application", log));
  }
  const health =
    istiod !== undefined
      ? `http://${address}:8080/ready`
      : proxy !== undefined
        ? `http://${address}:15021/healthz/ready`
        : undefined;
  if (health === undefined) return;
  await until(
    `the start of ${keyOf(pod)}`,
    async () => one.stopping || (await answers(health)),
    readyPatience,
    250,
  );
}

/** Ends every process in a network namespace. */
export function killIn(network: string): void {
  const wanted = `net:[${statSync(network).ino}]`;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      if (readlinkSync(`/proc/${pid}/ns/net`) === wanted) process.kill(Number(pid), "SIGKILL");
    } catch {
      // It has ended meanwhile.
    }
  }
}
