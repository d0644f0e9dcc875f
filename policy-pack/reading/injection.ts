import type { Field } from "./field";
import { isNamespace, type KubernetesResource } from "./resource";
import { asksForInjection, isWorkload, podOf } from "./workload";

/** How a namespace's pods join the mesh. */
export type DataPlane = "sidecar" | "ambient";

/**
 * How a namespace with these labels joins the mesh; undefined if it does not.
 * https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/#controlling-the-injection-policy
 */
export function dataPlaneOf(labels: Readonly<Record<string, unknown>>): DataPlane | undefined {
  const injection = labels["istio-injection"];
  if (injection === "enabled") return "sidecar";
  if (labels["istio.io/dataplane-mode"] === "ambient") return "ambient";
  // With both labels, istio-injection takes precedence, whatever its value.
  return injection === undefined && labels["istio.io/rev"] !== undefined ? "sidecar" : undefined;
}

/** Namespaces whose pods Istio never injects. */
const NEVER = ["kube-node-lease", "kube-public", "kube-system", "local-path-storage"];

/**
 * Whether a pod gets a sidecar, where its revision has a control plane; undefined if the stack does not have the namespace
 * and the pod says nothing.
 * https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/#controlling-the-injection-policy
 */
export function getsSidecar(
  pod: Field,
  namespace: Pick<KubernetesResource, "name" | "labels"> | undefined,
): boolean | undefined {
  const asks = asksForInjection(pod);
  if (asks === false || pod.at("spec", "hostNetwork").peek === true) return false;
  if (namespace === undefined) return asks;
  if (NEVER.includes(namespace.name ?? "")) return false;
  if (dataPlaneOf(namespace.labels) === "sidecar") return true;
  // Any other value of this label keeps out pods that ask themselves.
  return namespace.labels["istio-injection"] === undefined && asks === true;
}

/**
 * The namespaces that the stack makes part of the mesh, with the labels that are known: by a label of the Namespace, or
 * by a pod that asks for a sidecar.
 */
export function meshNamespaces(
  stack: readonly KubernetesResource[],
): Map<string, Readonly<Record<string, unknown>>> {
  const namespaces = stack.filter(({ type }) => isNamespace(type));
  const labelled = namespaces.flatMap(({ name, labels }) =>
    name !== undefined && dataPlaneOf(labels) !== undefined ? [[name, labels] as const] : [],
  );
  const asked = stack.flatMap((resource) => {
    if (!isWorkload(resource.type) || resource.namespace === undefined) return [];
    const own = namespaces.find(({ name }) => name === resource.namespace);
    if (getsSidecar(podOf(resource), own) !== true) return [];
    return [[resource.namespace, own?.labels ?? {}] as const];
  });
  return new Map([...asked, ...labelled]);
}
