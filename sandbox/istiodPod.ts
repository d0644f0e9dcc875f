import { join } from "node:path";
import {
  AdmissionregistrationV1Api,
  CoreV1Api,
  type KubeConfig,
  PatchStrategy,
  setHeaderOptions,
  type V1Container,
  type V1Pod,
} from "@kubernetes/client-node";
import type { ProcessSpec } from "./controlPlane";
import { writeKubeconfig } from "./credentials";
import { absenceIsFine } from "./kubernetes";
import { isMarkedReady } from "./podReady";
import { becomesFree, freePort } from "./ports";
import { files, type SandboxConfig } from "./state";
import { type Supervised, supervise } from "./supervise";
import { makeFolder } from "../toolchain/makeFolder";

/** A running istiod, and the pod whose container it is. */
interface Istiod {
  readonly pod: string;
  readonly process: Supervised;
  /**
   * Whether no webhook named its port when it started, because the installation was killed before. It starts anew as soon as
   * a later run has created the webhook.
   */
  readonly guessed: boolean;
}

/** The collections of which a change is work for {@link IstiodPods.reconcile}. */
export const istiodCollections = [
  { path: "/api/v1/pods", labelSelector: "app=istiod" },
  {
    path: "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations",
    labelSelector: "app=sidecar-injector",
  },
];

/** Acts as the kubelet for istiod's pods: one real process per revision, whose readiness is the pods' readiness. */
export interface IstiodPods {
  /** One round: starts a process for each revision with pods, stops the others, and updates the status of each pod. */
  readonly reconcile: () => Promise<void>;
  readonly processes: () => Supervised[];
}

const portNames = ["http", "webhooks", "grpc", "secureGrpc", "monitoring", "controlZ"] as const;

export type IstiodPorts = Record<(typeof portNames)[number], number>;

/** How long the chart may take to create the webhook, which has istiod's port, after the pod, in milliseconds. */
const webhookPatience = 10_000;

export function istiodPods(
  config: SandboxConfig,
  kubeconfig: KubeConfig,
  onChange: () => void,
  end: AbortSignal,
): IstiodPods {
  const api = kubeconfig.makeApiClient(CoreV1Api);
  const running = new Map<string, Istiod>();

  const start = async (revision: string, pod: V1Pod): Promise<void> => {
    const wanted = await webhookPort(kubeconfig, revision);
    const age = Date.now() - (pod.metadata?.creationTimestamp?.getTime() ?? 0);
    if (wanted === undefined && age < webhookPatience) return;
    const taken = [...running.values()].flatMap(({ process }) => Object.values(process.record().ports));
    const ports = await choosePorts(wanted, [...taken, ...Object.values(config.ports)]);
    const account = pod.spec?.serviceAccountName ?? "default";
    // With the pod's service account, so that the permissions of Istio's chart are tested as well.
    const { status } = await api.createNamespacedServiceAccountToken({
      name: account,
      namespace: pod.metadata?.namespace ?? "",
      body: { spec: { audiences: [], expirationSeconds: 30 * 24 * 3600 } },
    });
    if (end.aborted) return;
    const path = join(files.credentials(config.state), `istiod-${revision}.kubeconfig`);
    writeKubeconfig(config, path, status?.token ?? "");
    const spec = istiodProcess(config, ports, pod, revision, path);
    makeFolder(spec.cwd ?? config.state);
    const process = supervise(config.state, spec, onChange);
    running.set(revision, { pod: pod.metadata?.uid ?? "", process, guessed: wanted === undefined });
    process.start().catch(() => undefined);
  };

  const stop = async (revision: string): Promise<void> => {
    await running.get(revision)?.process.stop();
    running.delete(revision);
    onChange();
  };

  return {
    processes: () => [...running.values()].map(({ process }) => process),
    reconcile: async () => {
      const { items } = await api.listPodForAllNamespaces({ labelSelector: "app=istiod" });
      const live = items.filter(({ metadata, spec }) => !metadata?.deletionTimestamp && spec?.nodeName);
      const byRevision = Map.groupBy(live, revisionOf);
      for (const [revision, { pod }] of [...running]) {
        if (!live.some(({ metadata }) => metadata?.uid === pod)) await stop(revision);
      }
      for (const [revision, { guessed }] of [...running]) {
        if (guessed && (await webhookPort(kubeconfig, revision)) !== undefined) await stop(revision);
      }
      for (const [revision, [first]] of byRevision) {
        if (first !== undefined && !running.has(revision)) await start(revision, first);
      }
      for (const pod of live) {
        const ready = running.get(revisionOf(pod))?.process.record().status === "running";
        if (ready !== isMarkedReady(pod)) await tell(api, pod, ready);
      }
    },
  };
}

/** The command line of an istiod pod's container, with the flags that a process outside the cluster needs. */
export function istiodProcess(
  config: SandboxConfig,
  ports: IstiodPorts,
  pod: V1Pod,
  revision: string,
  kubeconfig: string,
): ProcessSpec {
  const container = pod.spec?.containers.find(({ name }) => name === "discovery") ?? pod.spec?.containers[0];
  const local = (port: number): string => `127.0.0.1:${port}`;
  return {
    name: revision === "default" ? "istiod" : `istiod-${revision}`,
    program: config.programs["pilot-discovery"],
    args: [
      ...(container?.args ?? ["discovery"]),
      // Of a flag given twice the last one holds.
      `--kubeconfig=${kubeconfig}`,
      `--httpAddr=${local(ports.http)}`,
      `--httpsAddr=${local(ports.webhooks)}`,
      `--grpcAddr=${local(ports.grpc)}`,
      `--secureGRPCAddr=${local(ports.secureGrpc)}`,
      `--monitoringAddr=${local(ports.monitoring)}`,
      `--ctrlz_port=${ports.controlZ}`,
    ],
    env: {
      ...environmentOf(container, pod),
      // The webhook's address is a loopback one, and its certificate must say so; it can't carry an IP address.
      ISTIOD_CUSTOM_HOST: "localhost",
    },
    // istiod looks for mounted files below its working directory; where there are none it asks the API server.
    cwd: join(config.state, `istiod-${revision}`),
    ports,
    health: `http://${local(ports.http)}/ready`,
  };
}

/** The loopback port that the injection webhook of `revision` calls; undefined if there is no such webhook. */
async function webhookPort(kubeconfig: KubeConfig, revision: string): Promise<number | undefined> {
  const api = kubeconfig.makeApiClient(AdmissionregistrationV1Api);
  const labelSelector = `app=sidecar-injector,istio.io/rev=${revision}`;
  const { items } = await api.listMutatingWebhookConfiguration({ labelSelector });
  const urls = items.flatMap(({ webhooks = [] }) => webhooks.map(({ clientConfig }) => clientConfig.url));
  const port = urls.map((url) => /^https:\/\/localhost:(\d+)\//.exec(url ?? "")?.[1]).find(Boolean);
  return port === undefined ? undefined : Number(port);
}

/**
 * Ports for one istiod. Its webhooks listen where its chart's values say, unless another process listens there.
 *
 * @param taken ports of others; those of the sandbox that are meant for istiod's webhooks are free to take by `wanted`.
 */
async function choosePorts(wanted: number | undefined, taken: readonly number[]): Promise<IstiodPorts> {
  const chosen: Partial<IstiodPorts> = {};
  if (wanted !== undefined && (await becomesFree(wanted))) chosen.webhooks = wanted;
  for (const name of portNames) chosen[name] ??= await freePort([...taken, ...Object.values(chosen)]);
  return chosen as IstiodPorts;
}

function revisionOf(pod: V1Pod): string {
  return pod.metadata?.labels?.["istio.io/rev"] ?? "default";
}

/** Literal values and those from the pod's own fields; files that the pod would mount do not exist here. */
function environmentOf(container: V1Container | undefined, pod: V1Pod): Record<string, string> {
  const fields: Record<string, string | undefined> = {
    "metadata.name": pod.metadata?.name,
    "metadata.namespace": pod.metadata?.namespace,
    "spec.serviceAccountName": pod.spec?.serviceAccountName,
    "spec.nodeName": pod.spec?.nodeName,
  };
  const entries = (container?.env ?? []).flatMap(({ name, value, valueFrom }): [string, string][] => {
    if (name === "KUBECONFIG") return [];
    const found = value ?? fields[valueFrom?.fieldRef?.fieldPath ?? ""];
    return found === undefined ? [] : [[name, found]];
  });
  return Object.fromEntries(entries);
}

async function tell(api: CoreV1Api, pod: V1Pod, ready: boolean): Promise<void> {
  const now = new Date().toISOString();
  const { name = "", namespace = "", uid = "" } = pod.metadata ?? {};
  const condition = (type: string, truth: boolean) => ({
    type,
    status: truth ? "True" : "False",
    lastTransitionTime: now,
  });
  const body = {
    metadata: { uid },
    status: {
      phase: "Running",
      podIP: addressOf(uid),
      podIPs: [{ ip: addressOf(uid) }],
      conditions: [
        condition("PodScheduled", true),
        condition("Initialized", true),
        condition("ContainersReady", ready),
        condition("Ready", ready),
      ],
      containerStatuses: pod.spec?.containers.map((container) => ({
        name: container.name,
        image: container.image,
        imageID: "",
        restartCount: 0,
        ready,
        started: ready,
        state: { running: { startedAt: now } },
      })),
    },
  };
  const merge = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);
  await absenceIsFine(api.patchNamespacedPodStatus({ name, namespace, body }, merge));
}

/** An address of its own for each pod, in the range that KWOK leaves free. */
function addressOf(uid: string): string {
  const digits = Number.parseInt(uid.replaceAll("-", "").slice(-4), 16);
  return `10.245.${digits >> 8}.${digits & 255}`;
}
