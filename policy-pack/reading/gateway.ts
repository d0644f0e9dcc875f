import type { Field } from "./field";
import { containersOf, isIstioContainer } from "./workload";

/** The annotation by which a pod chooses what the injector makes of it. */
export const TEMPLATES = "inject.istio.io/templates";

/**
 * Whether a pod is nothing but a proxy, as gateways are: it has no application whose traffic a sidecar would guard.
 * https://istio.io/latest/docs/setup/additional-setup/gateway/#deploying-a-gateway
 */
export function isProxyOnly(pod: Field): boolean {
  const containers = containersOf(pod);
  return containers.length > 0 && containers.every(isIstioContainer);
}

/** Whether a pod is a gateway that the injector completes. */
export function isGatewayPod(pod: Field): boolean {
  return isProxyOnly(pod) && pod.at("metadata", "annotations", TEMPLATES).peek === "gateway";
}
