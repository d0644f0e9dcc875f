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
  // With both labels, istio-injection wins.
  return injection !== "disabled" && labels["istio.io/rev"] !== undefined ? "sidecar" : undefined;
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
    if (asksForInjection(podOf(resource)) !== true) return [];
    const own = namespaces.find(({ name }) => name === resource.namespace);
    return [[resource.namespace, own?.labels ?? {}] as const];
  });
  return new Map([...asked, ...labelled]);
}
