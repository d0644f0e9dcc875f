/**
 * The laboratory's own process, which is the first one of its PID namespace. When it ends, the kernel ends every other
 * process of the laboratory, and with the last one its networks and mounts. It ends with the IPC channel of its parent, and
 * with the first part that ends by itself. Without that part, the laboratory would show something else than the catalog.
 */
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { tailOf } from "../../sandbox/supervise";
import { type CertificateAuthority, createCertificateAuthority } from "./certificates";
import { addresses, type LaboratoryConfig, undeclaredHost } from "./config";
import { startControlPlane } from "./controlPlane";
import { serveDns } from "./dns";
import { files } from "./files";
import { type Kubelet, startKubelet } from "./kubelet";
import { watchMemory } from "./memory";
import { prepareMounts } from "./mounts";
import { createBridge, createNetwork } from "./network";
import type { OutsideConfig } from "./outside";
import type { ClientCertificate } from "./messages";
import { logIn, run, start, until } from "./processes";
import { answerCalls, caller, endFor } from "./rpc";
import { nodeRules, readServices, type ServiceTable, watchServices } from "./services";

/** A chart that is installed. */
export interface LabRelease {
  readonly name: string;
  readonly namespace: string;
  /** Path of the packaged chart. */
  readonly chart: string;
  readonly values: Readonly<Record<string, unknown>>;
}

interface Started {
  readonly kubelet: Kubelet;
  readonly askOutside: (method: string, argument?: unknown) => Promise<unknown>;
  readonly sign: CertificateAuthority["sign"];
}

const problems: string[] = [];
let started: Started | undefined;
let memory: (() => Promise<number>) | undefined;
let programs: Awaited<ReturnType<typeof prepareMounts>>;

function lab(): Started {
  if (started === undefined) throw new Error("the laboratory is not started");
  return started;
}

async function startAll(config: LaboratoryConfig): Promise<void> {
  memory = watchMemory();
  const ca = await createCertificateAuthority();
  programs = await prepareMounts(config.programs, __dirname, ca.cert);
  const logs = config.logs ?? files.logs;
  writeFileSync(files.podCertificate, JSON.stringify(await ca.sign(["*.svc.cluster.local"])));
  await createBridge();
  const kubeconfig = await startControlPlane(programs, logs, endFor);
  const outside = await startOutside(config, ca.sign, logs);
  if (config.quotas !== undefined) await startRateLimits(config.quotas, logs);
  let services: ServiceTable = { addresses: new Map(), ports: [] };
  await serveDns(addresses.node, (name) => {
    if (name === undeclaredHost) return [addresses.undeclared];
    const isOutside = config.outsideHosts.some(
      (host) => host === name || (host.startsWith("*.") && name.endsWith(host.slice(1))),
    );
    return services.addresses.get(name) ?? (isOutside ? [addresses.outside] : undefined);
  });
  const nftEnvironment = {
    PATH: `${files.programs}:${process.env.PATH ?? ""}`,
    ...(programs.nftLibraries !== undefined && { LD_LIBRARY_PATH: programs.nftLibraries }),
  };
  let rules = "";
  const followServices = async (): Promise<void> => {
    services = await readServices(kubeconfig);
    const next = nodeRules(services);
    if (next === rules) return;
    await run(programs.nft, ["-f", "-"], { input: next, env: nftEnvironment });
    rules = next;
  };
  await followServices();
  watchServices(kubeconfig, followServices, (problem) => problems.push(`Services: ${problem}`));
  const kubelet = startKubelet(kubeconfig, { ...programs, nftEnvironment }, logs, endFor);
  started = { kubelet, askOutside: outside, sign: ca.sign };
}

/** Starts the rate limit service, for the pods that the catalog has for it: they all share its counts. */
async function startRateLimits(quotas: string, logs: string): Promise<void> {
  const folder = join(files.control, "rate-limits");
  mkdirSync(join(folder, "config"), { recursive: true });
  writeFileSync(join(folder, "config", "config.yaml"), quotas);
  const env = {
    GRPC_UDS: files.rateLimits,
    RUNTIME_ROOT: folder,
    RUNTIME_WATCH_ROOT: "false",
    USE_STATSD: "false",
    LOG_LEVEL: "warn",
  };
  const log = logIn(logs, "ratelimit");
  const service = start({ program: programs.ratelimit ?? "", args: [], env, log });
  service.on("exit", () => {
    endFor(`the rate limit service ended:\n${tailOf(log)}`);
  });
  await until("the start of the rate limit service", () => existsSync(files.rateLimits), 30_000);
  // Applications are not root.
  chmodSync(files.rateLimits, 0o666);
}

async function startOutside(
  { outsideHosts, outsideTlsPorts, outsidePlainPorts, jwks }: LaboratoryConfig,
  sign: Started["sign"],
  logs: string,
): Promise<Started["askOutside"]> {
  const network = await createNetwork("outside", addresses.outside, addresses.undeclared);
  const certificates = Object.fromEntries(
    await Promise.all(outsideHosts.map(async (host) => [host, await sign([host])] as const)),
  );
  const content: OutsideConfig = {
    certificates,
    jwks,
    tlsPorts: outsideTlsPorts,
    plainPorts: outsidePlainPorts,
  };
  const path = join(files.control, "outside.json");
  writeFileSync(path, JSON.stringify(content));
  const args = [join(programs.applications, "outside.js"), path];
  const log = logIn(logs, "outside");
  const hosts = start({ program: programs.node, args, log, network, ipc: true });
  hosts.on("exit", () => {
    endFor(`the hosts outside of the mesh ended:\n${tailOf(log)}`);
  });
  return caller(hosts);
}

const kubectl = (args: readonly string[], input?: string): Promise<string> =>
  run(programs.kubectl, ["--kubeconfig", files.kubeconfig, ...args], {
    // The place of its cache.
    env: { HOME: files.control },
    ...(input !== undefined && { input }),
  });

const documents = (objects: readonly unknown[]): string =>
  objects
    .map((object) => stringify(object, { aliasDuplicateObjects: false, compat: "yaml-1.1" }))
    .join("---\n");

answerCalls(process as never, {
  start: startAll,
  apply: async ({ objects, manager }: { objects: readonly unknown[]; manager: string }) => {
    await kubectl(
      ["apply", "--server-side", "--force-conflicts", `--field-manager=${manager}`, "-f", "-"],
      documents(objects),
    );
  },
  remove: async (objects: readonly unknown[]) => {
    await kubectl(["delete", "--ignore-not-found", "--wait=false", "-f", "-"], documents(objects));
  },
  install: async ({ name, namespace, chart, values }: LabRelease) => {
    const path = join(files.control, `values-${name}.yaml`);
    writeFileSync(path, stringify(values, { compat: "yaml-1.1" }));
    const env = { HELM_CACHE_HOME: join(files.control, "helm"), HOME: files.control };
    const where = ["--namespace", namespace, "--create-namespace", "--kubeconfig", files.kubeconfig];
    await run(programs.helm, ["install", name, chart, ...where, "--values", path], { env });
  },
  get: async (args: readonly string[]) =>
    JSON.parse(await kubectl(["get", ...args, "-o", "json"])) as unknown,
  pods: () => lab().kubelet.pods(),
  ask: ({ pod, method, argument }: { pod: string; method: string; argument: unknown }) =>
    lab().kubelet.ask(pod, method, argument),
  askOutside: (key: string) => lab().askOutside("seen", key),
  rollOut: async ({ namespace, name }: { namespace: string; name: string }) => {
    const found = (await kubectl(["get", "deployments,statefulsets", "-n", namespace, "-o", "name"]))
      .split("\n")
      .find((line) => line.endsWith(`/${name}`));
    if (found === undefined) return `there is no workload ${namespace}/${name}`;
    await kubectl(["rollout", "restart", found, "-n", namespace]);
    await kubectl(["rollout", "status", found, "-n", namespace, "--timeout=120s"]);
    await until(`the end of the old pods of ${name}`, () => lab().kubelet.stopping() === 0, 120_000);
    return undefined;
  },
  log: ({ pod, text }: { pod: string; text: string }) => lab().kubelet.log(pod, text),
  sign: (hosts: readonly string[]) => lab().sign(hosts),
  clientCertificate: async (kind: ClientCertificate) => {
    const sign = kind === "trusted" ? lab().sign : (await createCertificateAuthority()).sign;
    return sign(["client.example.org"]);
  },
  /** For istiod's and Envoy's interfaces on the loopback address. */
  inPod: ({ pod, url }: { pod: string; url: string }) => lab().kubelet.get(pod, url),
  memory: () => memory?.(),
  problems: () => [...problems, ...(started?.kubelet.problems() ?? [])],
});
process.on("disconnect", () => process.exit());
