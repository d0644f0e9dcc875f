import type { Field } from "./field";
import { isGatewayRelease } from "./release";
import type { KubernetesResource } from "./resource";
import { containersOf, isIstioContainer, isWorkload, podOf } from "./workload";

/** The annotation by which a pod selects its injection templates. */
export const TEMPLATES = "inject.istio.io/templates";

/**
 * Whether a pod is only a proxy, as a gateway is. It has no application whose traffic a sidecar would secure.
 * https://istio.io/latest/docs/setup/additional-setup/gateway/#deploying-a-gateway
 */
export function isProxyOnly(pod: Field): boolean {
  const containers = containersOf(pod);
  return containers.length > 0 && containers.every((container) => isIstioContainer(container));
}

/** Whether a pod is a gateway with the injection template `gateway`. */
export function isGatewayPod(pod: Field): boolean {
  return isProxyOnly(pod) && pod.at("metadata", "annotations", TEMPLATES).peek === "gateway";
}

/** The namespaces of gateways: those of gateway releases, and those in which every workload is a gateway. */
export function gatewayNamespaces(stack: readonly KubernetesResource[]): Set<string | undefined> {
  const workloads = Map.groupBy(
    stack.filter(({ type }) => isWorkload(type)),
    ({ namespace }) => namespace,
  );
  const only = [...workloads].filter(([, own]) => own.every((one) => isGatewayPod(podOf(one))));
  return new Set([
    ...stack.filter(isGatewayRelease).map(({ namespace }) => namespace),
    ...only.map(([namespace]) => namespace),
  ]);
}
