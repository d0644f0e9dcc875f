import type { ChildProcess } from "node:child_process";
import {
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import {
  CoreV1Api,
  type KubeConfig,
  PatchStrategy,
  setHeaderOptions,
  type V1Container,
  type V1Pod,
} from "@kubernetes/client-node";
import { sandboxNodes } from "../../sandbox/nodes";
import { absenceIsFine } from "../../sandbox/kubernetes";
import { answers, tailOf } from "../../sandbox/supervise";
import { writeKubeconfig } from "./controlPlane";
import { files } from "./files";
import type { LabPod } from "./messages";
import { createNetwork, removeNetwork, setKernel } from "./network";
import { applicationsOf, argumentsOf, containersOf, environmentOf, statusOf, withProxyUser } from "./pod";
import { type Identity, logIn, run, start, until } from "./processes";
import { caller } from "./rpc";
import { type Contained, terminate } from "./termination";
import { watchAll } from "./watch";

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
interface Running {
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

// Each proxy has a user of its own, because the kernel limits inotify by user. Its group is Istio's.
const proxyGroup = 1337;
const firstProxyUser = 20_000;
const application: Identity = { user: 1000, group: 1000 };
const readyPatience = 180_000;
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
    await initialize(bound, one);
    await launch(bound, one);
    await tell(bound, address, true);
    one.ready = true;
  };

  const tell = async (pod: V1Pod, address: string, ready: boolean): Promise<void> => {
    const { name = "", namespace = "" } = pod.metadata ?? {};
    const body = { status: statusOf(pod, address, ready) };
    await absenceIsFine(api.patchNamespacedPodStatus({ name, namespace, body }, merge));
  };

  /** Runs what redirects the pod's traffic to its proxy, and writes its kernel settings. */
  const initialize = async (pod: V1Pod, { network, address, number }: Running): Promise<void> => {
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
  };

  const launch = async (pod: V1Pod, one: Running): Promise<void> => {
    const { name = "", namespace = "" } = pod.metadata ?? {};
    const { network, address } = one;
    const folder = join(files.pods, `${namespace}_${name}`);
    const podLogs = join(logs, `${namespace}_${name}`);
    const user: Identity = { user: firstProxyUser + one.number, group: proxyGroup };
    const begin = (child: ChildProcess, container: V1Container, what: string, log: string): ChildProcess => {
      one.processes.push({ container, process: child });
      child.on("exit", (code, signal) => {
        if (!one.stopping)
          onEnd(`${what} of ${keyOf(pod)} ended (${signal ?? String(code)}):\n${tailOf(log)}`);
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
      begin(
        start({ program, args, env, cwd: folder, log, network, identity: user }),
        proxy,
        "the proxy",
        log,
      );
    }
    const istiod = pod.spec?.containers.find((container) => container.name === "discovery");
    if (istiod !== undefined) {
      mkdirSync(folder, { recursive: true });
      const path = join(folder, "kubeconfig");
      writeKubeconfig(path, await tokenOf(api, pod, []));
      chownSync(folder, user.user, user.group);
      chownSync(path, user.user, user.group);
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

function keyOf({ metadata }: V1Pod): string {
  return `${metadata?.namespace ?? ""}/${metadata?.name ?? ""}`;
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

async function tokenOf(api: CoreV1Api, pod: V1Pod, audiences: string[]): Promise<string> {
  const { namespace = "" } = pod.metadata ?? {};
  const name = pod.spec?.serviceAccountName ?? "default";
  const { status } = await api.createNamespacedServiceAccountToken({
    name,
    namespace,
    body: { spec: { audiences, expirationSeconds: 12 * 3600 } },
  });
  return status?.token ?? "";
}

/** Writes what the pod's volumes would contain, below its working directory, where Istio's agent looks for it. */
async function writeProxyFiles(api: CoreV1Api, pod: V1Pod, folder: string, owner: Identity): Promise<void> {
  const { namespace = "", labels = {}, annotations = {} } = pod.metadata ?? {};
  const secrets = join(folder, "var/run/secrets");
  let root: string | undefined;
  const readRoot = async (): Promise<boolean> => {
    const name = "istio-ca-root-cert";
    const map = await api.readNamespacedConfigMap({ name, namespace }).catch(() => undefined);
    root = map?.data?.["root-cert.pem"];
    return root !== undefined;
  };
  await until(`the CA's certificate in ${namespace}`, readRoot, 60_000, 300);
  const lines = (record: Readonly<Record<string, string>>): string =>
    Object.entries(record)
      .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
      .join("\n");
  const contents = {
    [join(secrets, "istio/root-cert.pem")]: root ?? "",
    [join(secrets, "tokens/istio-token")]: await tokenOf(api, pod, ["istio-ca"]),
    [join(folder, "etc/istio/pod/labels")]: lines(labels),
    [join(folder, "etc/istio/pod/annotations")]: lines(annotations),
  };
  for (const place of ["workload-spiffe-uds", "workload-spiffe-credentials", "istio", "tokens"]) {
    mkdirSync(join(secrets, place), { recursive: true });
  }
  for (const place of ["proxy", "pod"]) mkdirSync(join(folder, "etc/istio", place), { recursive: true });
  for (const [path, content] of Object.entries(contents)) writeFileSync(path, content);
  await run("chown", ["-R", `${owner.user}:${owner.group}`, folder]);
}

/** Ends every process in a network namespace. */
function killIn(network: string): void {
  const wanted = `net:[${statSync(network).ino}]`;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      if (readlinkSync(`/proc/${pid}/ns/net`) === wanted) process.kill(Number(pid), "SIGKILL");
    } catch {
      // It has ended meanwhile.
    }
  }
}
