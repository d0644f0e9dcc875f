import type { Field } from "./field";
import { containersOf, isIstioContainer } from "./workload";

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
