import type { V1Container, V1Pod } from "@kubernetes/client-node";
import { addresses } from "./config";

/** Every container of a pod, those that run before the others included. */
export function containersOf({ spec }: V1Pod): V1Container[] {
  return [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
}

/** The containers that a person wrote: not those of Istio. */
export function applicationsOf({ spec }: V1Pod): V1Container[] {
  return (spec?.containers ?? []).filter(({ name }) => name !== "istio-proxy" && name !== "discovery");
}

/** Environment of a container: literal values, and those from the pod's own fields and limits. */
export function environmentOf(pod: V1Pod, container: V1Container, address: string): Record<string, string> {
  const entries = (container.env ?? []).flatMap(({ name, value, valueFrom }): [string, string][] => {
    const found =
      value ??
      fieldOf(pod, valueFrom?.fieldRef?.fieldPath ?? "", address) ??
      limitOf(container, valueFrom?.resourceFieldRef?.resource ?? "");
    return found === undefined ? [] : [[name, found]];
  });
  return Object.fromEntries(entries);
}

/** Arguments with `$(NAME)` replaced, as Kubernetes does. */
export function argumentsOf(container: V1Container, environment: Readonly<Record<string, string>>): string[] {
  return (container.args ?? []).map((text) =>
    text.replace(/\$\((\w+)\)/g, (whole, name: string) => environment[name] ?? whole),
  );
}

/**
 * Arguments of istio-init for a proxy of another user than Istio's. Its rules tell the proxy from the application by
 * the user. Without it, what a pod sends to itself through a Service would bypass the receiving side of its proxy.
 */
export function withProxyUser(args: readonly string[], user: number): string[] {
  return args.map((text, index) => (args[index - 1] === "-u" ? String(user) : text));
}

function fieldOf({ metadata, spec }: V1Pod, path: string, address: string): string | undefined {
  const label = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path);
  if (label) return metadata?.[label[1] as "labels" | "annotations"]?.[label[2] ?? ""];
  const fields: Record<string, string | undefined> = {
    "metadata.name": metadata?.name,
    "metadata.namespace": metadata?.namespace,
    "metadata.uid": metadata?.uid,
    "spec.serviceAccountName": spec?.serviceAccountName,
    "spec.nodeName": spec?.nodeName,
    "status.podIP": address,
    "status.hostIP": addresses.node,
  };
  return fields[path];
}

/** A limit in bytes or whole CPUs. */
function limitOf({ resources }: V1Container, field: string): string | undefined {
  const text = resources?.limits?.[field.replace("limits.", "")];
  const [, digits = "", unit = ""] = /^(\d+)(m|Mi|Gi)?$/.exec(text ?? "") ?? [];
  if (digits === "") return undefined;
  const factor = { m: 1 / 1000, Mi: 2 ** 20, Gi: 2 ** 30 }[unit] ?? 1;
  return String(Math.ceil(Number(digits) * factor));
}

/** The status of a pod that runs at `address`. */
export function statusOf({ spec }: V1Pod, address: string, ready: boolean): object {
  const now = new Date().toISOString();
  const condition = (type: string, truth: boolean) => ({
    type,
    status: truth ? "True" : "False",
    lastTransitionTime: now,
  });
  const running = ({ name, image }: V1Container) => ({
    name,
    image,
    imageID: "",
    restartCount: 0,
    ready,
    started: ready,
    state: ready ? { running: { startedAt: now } } : { waiting: { reason: "ContainerCreating" } },
  });
  const completed = (container: V1Container) => ({
    ...running(container),
    state: { terminated: { exitCode: 0, reason: "Completed", startedAt: now, finishedAt: now } },
  });
  return {
    phase: ready ? "Running" : "Pending",
    podIP: address,
    podIPs: [{ ip: address }],
    hostIP: addresses.node,
    startTime: now,
    conditions: [
      condition("PodScheduled", true),
      ...["Initialized", "ContainersReady", "Ready"].map((type) => condition(type, ready)),
    ],
    containerStatuses: spec?.containers.map(running),
    initContainerStatuses: spec?.initContainers?.map((container) =>
      container.restartPolicy === "Always" ? running(container) : completed(container),
    ),
  };
}
