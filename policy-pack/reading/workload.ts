import type { Field } from "./field";
import type { KubernetesResource, KubernetesType } from "./resource";

const KINDS: Readonly<Record<string, readonly string[]>> = {
  core: ["Pod", "ReplicationController"],
  apps: ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"],
  batch: ["Job", "CronJob"],
};

/** Containers that Istio itself adds, or that its gateways consist of. */
const ISTIO_CONTAINERS = ["istio-proxy", "istio-init", "istio-validation"];

/** Their images, wherever these are mirrored to; the injector puts its own in the place of auto. */
const ISTIO_IMAGE = /^auto$|(^|\/)[^/:@]*proxyv2[^/:@]*([:@][^/]*)?$/;

/** The image of ambient mode's proxy, whose container has the same name. */
const ZTUNNEL_IMAGE = /(^|\/)[^/:@]*ztunnel[^/:@]*([:@][^/]*)?$/;

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

/** Whether the container is Istio's own: by name and by image, since a name alone anyone may take. */
export function isIstioContainer(container: Field): boolean {
  if (!ISTIO_CONTAINERS.includes(String(container.at("name").peek))) return false;
  const image = container.at("image").value;
  // A patch that names none leaves the one that is there.
  return typeof image !== "string" || ISTIO_IMAGE.test(image) || ZTUNNEL_IMAGE.test(image);
}

/** Whether the container is ztunnel, the proxy of a node. */
export function isZtunnel(container: Field): boolean {
  return isIstioContainer(container) && ZTUNNEL_IMAGE.test(String(container.at("image").peek));
}

/** The image that a pod wants as its sidecar, if any: the injector takes no name without a slash. */
export function proxyImageOf(pod: Field): Field[] {
  const field = pod.at("metadata", "annotations", "sidecar.istio.io/proxyImage");
  const image = field.value;
  return typeof image === "string" && image.includes("/") ? [field] : [];
}

/**
 * Whether the pod asks for a sidecar itself, by the label {@link INJECT} or by one of a revision; false if it refuses one.
 * It gets one in a namespace without labels of Istio. An annotation only refuses: no webhook reads it.
 */
export function asksForInjection(pod: Field): boolean | undefined {
  const labels = pod.at("metadata", "labels");
  const label = String(labels.at(INJECT).peek);
  if (label === "true" || label === "false") return label === "true";
  if (String(pod.at("metadata", "annotations", INJECT).peek) === "false") return false;
  return labels.at("istio.io/rev").peek === undefined ? undefined : true;
}

/** The label, formerly an annotation, by which a pod asks for a sidecar, or for none. */
export const INJECT = "sidecar.istio.io/inject";
