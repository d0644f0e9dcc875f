import type { Setting } from "../configuration";
import { facts } from "../facts";
import type { Field } from "./field";
import { isForeignGroup, type KubernetesResource, type KubernetesType } from "./resource";
import { asText } from "./value";

const KINDS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    core: ["Pod", "ReplicationController"],
    apps: ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"],
    batch: ["Job", "CronJob"],
    // Kinds of other projects, which have a pod template at the same place.
    "argoproj.io": ["Rollout"],
    "apps.kruise.io": ["CloneSet", "StatefulSet", "DaemonSet"],
    "apps.openshift.io": ["DeploymentConfig"],
    "serving.knative.dev": ["Service", "Configuration"],
  }),
);

/** The names of containers that Istio injects, and of the container of its gateways. */
export const ISTIO_CONTAINERS = ["istio-proxy", "istio-init", "istio-validation"];

/** The names of their images. The container of ztunnel is named istio-proxy, too. */
const ISTIO_IMAGES = ["proxyv2", "ztunnel"];

/** The setting of policies that recognize Istio's own containers. */
export const istioHubs = {
  type: "array",
  items: { type: "string" },
  description:
    "Registries and paths of Istio's images, such as those of a mirror. Containers with images from elsewhere do not count " +
    "as Istio's own.",
  default: [facts.istio.images.hub] as string[],
} satisfies Setting;

/** Whether the type is a pod or creates pods. */
export function isWorkload({ group, kind }: KubernetesType): boolean {
  return KINDS.get(group)?.includes(kind) ?? false;
}

/**
 * Whether the type is a kind of another project, whose objects may create or change pods at any place: workflows, job sets,
 * policies that mutate. https://github.com/kubernetes/community/blob/master/contributors/guide/api-groups.md
 */
export function isForeignKind(type: KubernetesType): boolean {
  return isForeignGroup(type.group) && !isWorkload(type);
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

/**
 * Whether the container is Istio's own, by name, place and image. The name alone proves nothing, nor does an image from
 * another registry.
 */
export function isIstioContainer(container: Field, hubs: readonly string[] = istioHubs.default): boolean {
  const name = asText(container.at("name").peek);
  if (!ISTIO_CONTAINERS.includes(name)) return false;
  if (name !== "istio-proxy" && !container.path.includes(".initContainers[")) return false;
  const image = container.at("image").value;
  // A patch without an image does not change the image. The injector replaces auto with its own image.
  return typeof image !== "string" || image === "auto" || isIstioImage(image, hubs);
}

/** Whether the container is ztunnel, the node proxy of ambient mode. */
export function isZtunnel(container: Field, hubs: readonly string[]): boolean {
  return isIstioContainer(container, hubs) && /\/ztunnel([:@]|$)/.test(asText(container.at("image").peek));
}

/** Whether an image is Istio's, from one of these registries and paths. */
export function isIstioImage(image: string, hubs: readonly string[]): boolean {
  return isImageOf(ISTIO_IMAGES, image, hubs);
}

/** Whether an image has one of these names, and is from one of these registries and paths. */
export function isImageOf(names: readonly string[], image: string, hubs: readonly string[]): boolean {
  return hubs.some((hub) =>
    names.some((name) => new RegExp(`^${escaped(short(`${hub}/${name}`))}([:@][^/]*)?$`).test(short(image))),
  );
}

/** The name of an image without the default registry. */
function short(image: string): string {
  return image.replace(/^docker\.io\//, "");
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
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
  const label = asText(labels.at(INJECT).peek);
  if (label === "true" || label === "false") return label === "true";
  if (asText(pod.at("metadata", "annotations", INJECT).peek) === "false") return false;
  return labels.at("istio.io/rev").peek === undefined ? undefined : true;
}

/** The label, formerly an annotation, by which a pod enables or disables injection. */
export const INJECT = "sidecar.istio.io/inject";
