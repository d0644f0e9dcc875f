import { words } from "../configuration";
import { type Message, nist, resourcePolicy } from "../policy";
import { asText } from "../reading/value";
import { containersOf, isIstioContainer, istioHubs, isWorkload, podOf } from "../reading/workload";

/** The texts of this policy's violations. */
export const messages = {
  notAGateway: (label: string): Message => ({
    problem:
      `is ${label}, so the pod gets that gateway's configuration and certificates, but it has no container istio-proxy ` +
      `with Istio's image`,
    fix: "Remove the label",
  }),
};

/** The label by which a Gateway of the Gateway API selects its pods. */
const GATEWAY_NAME = "gateway.networking.k8s.io/gateway-name";

/**
 * A Gateway applies to every pod with the selected labels, in every namespace, whether or not the pod is a gateway.
 * https://istio.io/latest/docs/reference/config/networking/gateway/#Gateway-selector
 */
export const reserveGatewayLabels = resourcePolicy({
  name: "reserve-gateway-labels",
  displayName: "Only gateways have gateway labels",
  description: "Only pods of gateways have the label of a gateway.",
  severity: "high",
  framework: nist("AC-6", "Least privilege"),
  tags: ["istio", "security", "gateway"],
  remediationSteps:
    "Remove the label from the pod, or set another value. The container of a gateway is named istio-proxy, and its " +
    "image is auto or Istio's proxyv2.",
  url: "https://istio.io/latest/docs/setup/additional-setup/gateway/",
  settings: {
    istioHubs,
    labels: words(
      ["ingressgateway", "egressgateway", "eastwestgateway", "ingress", "egress"],
      "Values of the label istio that are reserved for gateways",
    ),
  },
  appliesTo: isWorkload,
  judge(resource, { labels, istioHubs }) {
    const pod = podOf(resource);
    const [own, api] = ["istio", GATEWAY_NAME].map((label) => pod.at("metadata", "labels", label));
    const reserved = [
      own !== undefined && labels.includes(asText(own.value)) ? own : undefined,
      typeof api?.value === "string" ? api : undefined,
    ].filter((field) => field !== undefined);
    if (reserved.length === 0) return [];
    if (containersOf(pod).some((container) => isIstioContainer(container, istioHubs))) return [];
    return reserved.map((field) => ({ field, ...messages.notAGateway(asText(field.value)) }));
  },
});
