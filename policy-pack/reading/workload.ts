import type { Field } from "./field";
import type { KubernetesResource, KubernetesType } from "./resource";

const KINDS: Readonly<Record<string, readonly string[]>> = {
  core: ["Pod", "ReplicationController"],
  apps: ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"],
  batch: ["Job", "CronJob"],
};

/** The names of containers that Istio injects, and of the container of its gateways. */
const ISTIO_CONTAINERS = ["istio-proxy", "istio-init", "istio-validation"];

/** The images of these containers, in any registry. The injector replaces auto with its own image. */
const ISTIO_IMAGE = /^auto$|(^|\/)[^/:@]*proxyv2[^/:@]*([:@][^/]*)?$/;

/** The image of ztunnel, whose container has the same name. */
const ZTUNNEL_IMAGE = /(^|\/)[^/:@]*ztunnel[^/:@]*([:@][^/]*)?$/;

/** Whether the type is a pod or creates pods. */
export function isWorkload({ group, kind }: KubernetesType): boolean {
  return KINDS[group]?.includes(kind) ?? false;
}

/** The pod template of a workload: `metadata` and `spec` of the pods that it creates. */
export function podOf({ type, fields }: KubernetesResource): Field {
  if (type.kind === "Pod") return fields;
  const spec = type.kind === "CronJob" ? fields.at("spec", "jobTemplate", "spec") : fields.at("spec");
  return spec.at("template");
}

/** All containers of a pod, in the order of their start. */
export function containersOf(pod: Field): Field[] {
  const lists = ["initContainers", "containers", "ephemeralContainers"];
  return lists.flatMap((list) => pod.at("spec", list).children());
}

/** Whether the container is Istio's own, by name and image. The name alone proves nothing. */
export function isIstioContainer(container: Field): boolean {
  if (!ISTIO_CONTAINERS.includes(String(container.at("name").peek))) return false;
  const image = container.at("image").value;
  // A patch without an image does not change the image.
  return typeof image !== "string" || ISTIO_IMAGE.test(image) || ZTUNNEL_IMAGE.test(image);
}

/** Whether the container is ztunnel, the node proxy of ambient mode. */
export function isZtunnel(container: Field): boolean {
  return isIstioContainer(container) && ZTUNNEL_IMAGE.test(String(container.at("image").peek));
}

/** The sidecar image that a pod requests, if any. The injector ignores a name without a slash. */
export function proxyImageOf(pod: Field): Field[] {
  const field = pod.at("metadata", "annotations", "sidecar.istio.io/proxyImage");
  const image = field.value;
  return typeof image === "string" && image.includes("/") ? [field] : [];
}

/**
 * Whether the pod requests a sidecar, by the label {@link INJECT} or by a revision label. False if it disables injection.
 * Undefined without such labels. The annotation can only disable injection, because no webhook selects by it.
 */
export function requestsSidecar(pod: Field): boolean | undefined {
  const labels = pod.at("metadata", "labels");
  const label = String(labels.at(INJECT).peek);
  if (label === "true" || label === "false") return label === "true";
  if (String(pod.at("metadata", "annotations", INJECT).peek) === "false") return false;
  return labels.at("istio.io/rev").peek === undefined ? undefined : true;
}

/** The label, formerly an annotation, by which a pod enables or disables injection. */
export const INJECT = "sidecar.istio.io/inject";
