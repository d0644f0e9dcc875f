import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { UserError } from "../../errors/userError";
import { packageRoot } from "../../toolchain/packageRoot";
import type { LaboratoryConfig } from "./config";
import type { LabRelease } from "./holder";
import type { ClientCertificate, LabAnswer, LabPod, LabRequest, SeenRequest } from "./messages";
import { caller } from "./rpc";
import type { SignedPair } from "./certificates";

export type { LaboratoryConfig, LaboratoryPrograms } from "./config";
export { undeclaredHost } from "./config";
export {
  type ClientCertificate,
  labHeaders,
  type LabAnswer,
  type LabPod,
  type LabRequest,
  type SeenRequest,
  shownBody,
} from "./messages";
export type { LabRelease } from "./holder";

/** A Kubernetes object. */
export interface LabObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/**
 * A cluster of real processes on one machine: a control plane, and pods with real proxies and real network namespaces. It
 * has its own network, mount and PID namespaces, which end with the process that started it, however that ends.
 */
export interface Laboratory {
  /**
   * Creates or changes objects, in this order.
   *
   * @param manager what has applied them: a field that it leaves out later is removed. Default: `laboratory`.
   */
  apply(objects: readonly LabObject[], manager?: string): Promise<void>;
  /** Deletes objects. Objects that don't exist are no error. */
  remove(objects: readonly LabObject[]): Promise<void>;
  /** Installs a Helm chart, without waiting for its pods. */
  install(release: LabRelease): Promise<void>;
  /** Objects of a kind, as `kubectl get` lists them. */
  get(...args: readonly string[]): Promise<{ readonly items: readonly unknown[] }>;
  pods(): Promise<readonly LabPod[]>;
  /** Sends requests from a pod, all at once, and returns the answers to each. */
  send(pod: LabPod, requests: readonly LabRequest[]): Promise<readonly (readonly LabAnswer[])[]>;
  /** The requests with a key that a pod has received. */
  seen(pod: LabPod, key: string): Promise<readonly SeenRequest[]>;
  /** The requests with a key that hosts outside of the mesh have received. */
  seenOutside(key: string): Promise<readonly SeenRequest[]>;
  /** The lines with a text in the output of a pod's proxy. */
  log(pod: LabPod, text: string): Promise<readonly string[]>;
  /** Replaces the pods of a Deployment or StatefulSet, and waits until the old ones have ended. Returns a problem. */
  rollOut(workload: { readonly namespace: string; readonly name: string }): Promise<string | undefined>;
  /** A certificate of the laboratory's CA for these hosts. */
  sign(hosts: readonly string[]): Promise<SignedPair>;
  /** The body of a GET from inside of a pod's network. */
  inPod(pod: LabPod, url: string): Promise<string>;
  /** The most memory that its processes have used together, in bytes. */
  memory(): Promise<number>;
  /** Problems of its processes so far. */
  problems(): Promise<readonly string[]>;
  /** Ends it. Nothing of it is left. */
  stop(): Promise<void>;
}

/** Starts a laboratory with an empty cluster. @throws Error if a part of it does not start. */
export async function startLaboratory(config: LaboratoryConfig): Promise<Laboratory> {
  const holder = join(packageRoot(), "dist", "prove", "laboratory", "holder.js");
  // setpriv ends unshare with this process; unshare ends the holder; the kernel ends what is in the holder's namespaces.
  const child = spawn(
    "setpriv",
    ["--pdeathsig", "KILL", "unshare", "--net", "--mount", "--pid", "--fork", "--kill-child=KILL"].concat([
      "--mount-proc",
      process.execPath,
      holder,
    ]),
    { stdio: ["ignore", "ignore", "inherit", "ipc"] },
  );
  const call = caller(child, laboratoryEnded);
  try {
    await call("start", config);
  } catch (error) {
    await end(child);
    throw error;
  }
  const key = ({ namespace, name }: LabPod): string => `${namespace}/${name}`;
  const certificates = new Map<ClientCertificate, Promise<SignedPair>>();
  const withCertificate = async (request: LabRequest): Promise<LabRequest> => {
    const { presents } = request;
    if (presents === undefined) return request;
    const pair = certificates.get(presents) ?? (call("clientCertificate", presents) as Promise<SignedPair>);
    certificates.set(presents, pair);
    const { cert, key: own } = await pair;
    return { ...request, certificate: { cert, key: own } };
  };
  return {
    apply: async (objects, manager = "laboratory") => {
      if (objects.length > 0) await call("apply", { objects, manager });
    },
    remove: async (objects) => {
      if (objects.length > 0) await call("remove", objects);
    },
    install: async (release) => {
      await call("install", release);
    },
    get: (...args) => call("get", args) as Promise<{ items: unknown[] }>,
    pods: () => call("pods") as Promise<LabPod[]>,
    send: async (pod, requests) => {
      const argument = await Promise.all(requests.map(withCertificate));
      return call("ask", { pod: key(pod), method: "send", argument }) as Promise<LabAnswer[][]>;
    },
    seen: (pod, name) =>
      call("ask", { pod: key(pod), method: "seen", argument: name }) as Promise<SeenRequest[]>,
    seenOutside: (name) => call("askOutside", name) as Promise<SeenRequest[]>,
    log: (pod, text) => call("log", { pod: key(pod), text }) as Promise<string[]>,
    rollOut: (workload) => call("rollOut", workload) as Promise<string | undefined>,
    sign: (hosts) => call("sign", hosts) as Promise<SignedPair>,
    inPod: (pod, url) => call("inPod", { pod: key(pod), url }) as Promise<string>,
    memory: () => call("memory") as Promise<number>,
    problems: () => call("problems") as Promise<string[]>,
    stop: () => end(child),
  };
}

/** The error of a laboratory that has ended before it was stopped. */
function laboratoryEnded(reason = "another process ended the laboratory's first one"): UserError {
  return new UserError({
    problem: "The laboratory ended, so there is no verdict.",
    details: reason,
    fix: "Run the command again. If it happens again, look for the reason in the log of the kernel, which ends processes when memory is short, and in the logs that `meshwright prove --logs <folder>` writes.",
  });
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve();
      return;
    }
    child.on("exit", () => {
      resolve();
    });
    child.kill("SIGKILL");
  });
}
