import type { Field } from "./field";
import type { KubernetesResource, KubernetesType } from "./resource";

const KINDS: Readonly<Record<string, readonly string[]>> = {
  core: ["Pod", "ReplicationController"],
  apps: ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"],
  batch: ["Job", "CronJob"],
};

/** Containers that Istio itself adds, or that its gateways consist of. */
const ISTIO_CONTAINERS = ["istio-proxy", "istio-init", "istio-validation"];

/** Whether the type is a pod, or makes pods. */
export function isWorkload({ group, kind }: KubernetesType): boolean {
  return KINDS[group]?.includes(kind) ?? false;
}

/** The pod of a workload: `metadata` and `spec` of each pod that it makes. */
export function podOf({ type, fields }: KubernetesResource): Field {
  if (type.kind === "Pod") return fields;
  const spec = type.kind === "CronJob" ? fields.at("spec", "jobTemplate", "spec") : fields.at("spec");
  return spec.at("template");
}

/** All containers of a pod, in the order in which they start. */
export function containersOf(pod: Field): Field[] {
  const lists = ["initContainers", "containers", "ephemeralContainers"];
  return lists.flatMap((list) => pod.at("spec", list).children());
}

/** Whether the container is Istio's own. */
export function isIstioContainer(container: Field): boolean {
  return ISTIO_CONTAINERS.includes(String(container.at("name").peek));
}

/** Whether the pod asks for a sidecar itself, whatever its namespace says; a label wins over an annotation. */
export function asksForInjection(pod: Field): boolean | undefined {
  const label = pod.at("metadata", "labels", INJECT).peek;
  const value = label ?? pod.at("metadata", "annotations", INJECT).peek;
  return value === undefined ? undefined : value === "true" || value === true;
}

/** The label, formerly an annotation, by which a pod asks for a sidecar, or for none. */
export const INJECT = "sidecar.istio.io/inject";
