import { neverInjected } from "../facts";
import type { Field } from "./field";
import { isNamespace, type KubernetesResource } from "./resource";
import { isWorkload, podOf, requestsSidecar } from "./workload";

/** How a namespace's pods join the mesh. */
export type DataPlane = "sidecar" | "ambient";

/**
 * How a namespace with these labels joins the mesh. Undefined if it does not.
 * https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/#controlling-the-injection-policy
 */
export function dataPlaneOf(labels: Readonly<Record<string, unknown>>): DataPlane | undefined {
  const injection = labels["istio-injection"];
  if (injection === "enabled") return "sidecar";
  if (labels["istio.io/dataplane-mode"] === "ambient") return "ambient";
  // With both labels, istio-injection takes precedence, also if it is disabled.
  return injection === undefined && labels["istio.io/rev"] !== undefined ? "sidecar" : undefined;
}

/**
 * Whether a pod gets a sidecar, if its revision has a control plane. Undefined if the stack does not contain the namespace
 * and the pod has no label.
 * https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/#controlling-the-injection-policy
 */
export function getsSidecar(
  pod: Field,
  namespace: Pick<KubernetesResource, "name" | "labels"> | undefined,
): boolean | undefined {
  const requested = requestsSidecar(pod);
  if (requested === false || pod.at("spec", "hostNetwork").peek === true) return false;
  if (namespace === undefined) return requested;
  if (neverInjected.includes(namespace.name ?? "")) return false;
  if (dataPlaneOf(namespace.labels) === "sidecar") return true;
  // Any other value of this label also excludes pods with their own label.
  return namespace.labels["istio-injection"] === undefined && requested === true;
}

/**
 * The namespaces of the mesh, each with its known labels: by a label of the Namespace, or by a pod that requests a
 * sidecar.
 */
export function meshNamespaces(
  stack: readonly KubernetesResource[],
): Map<string, Readonly<Record<string, unknown>>> {
  const namespaces = stack.filter(({ type }) => isNamespace(type));
  const labelled = namespaces.flatMap(({ name, labels }) =>
    name !== undefined && dataPlaneOf(labels) !== undefined ? [[name, labels] as const] : [],
  );
  const requested = stack.flatMap((resource) => {
    if (!isWorkload(resource.type) || resource.namespace === undefined) return [];
    const own = namespaces.find(({ name }) => name === resource.namespace);
    if (getsSidecar(podOf(resource), own) !== true) return [];
    return [[resource.namespace, own?.labels ?? {}] as const];
  });
  return new Map([...requested, ...labelled]);
}
