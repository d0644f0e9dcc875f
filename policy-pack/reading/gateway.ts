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

/** The labels of pods that istiod creates for a Gateway of the Gateway API. */
export const GATEWAY_LABELS = ["gateway.networking.k8s.io/gateway-name", "istio.io/gateway-name"];

/** Whether a pod is a gateway: with the injection template `gateway`, or created for a Gateway of the Gateway API. */
export function isGatewayPod(pod: Field): boolean {
  if (!isProxyOnly(pod)) return false;
  return pod.at("metadata", "annotations", TEMPLATES).peek === "gateway" || isManagedGateway(pod);
}

/**
 * Whether a pod is a gateway that istiod creates for a Gateway of the Gateway API. Its template contains the proxy's image
 * and disables injection.
 * https://istio.io/latest/docs/tasks/traffic-management/ingress/gateway-api/#automated-deployment
 */
export function isManagedGateway(pod: Field): boolean {
  const labels = pod.at("metadata", "labels");
  const images = containersOf(pod).map((container) => container.at("image").peek);
  return (
    isProxyOnly(pod) &&
    images.every((image) => typeof image === "string" && image !== "auto") &&
    GATEWAY_LABELS.some((label) => typeof labels.at(label).peek === "string")
  );
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
