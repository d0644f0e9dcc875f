import { words } from "../configuration";
import { nist, resourcePolicy } from "../policy";
import { containersOf, isIstioContainer, isWorkload, podOf } from "../reading/workload";

/**
 * A Gateway configures every pod with the labels that it selects, in every namespace: also one that only took the label.
 * https://istio.io/latest/docs/reference/config/networking/gateway/#Gateway-selector
 */
export const reserveGatewayLabels = resourcePolicy({
  name: "reserve-gateway-labels",
  displayName: "Only gateways have a gateway's label",
  description: "Pods with the label of a gateway are gateways.",
  severity: "high",
  framework: nist("AC-6", "Least privilege"),
  tags: ["istio", "security", "gateway"],
  remediationSteps:
    "Remove the label istio from the pod, or give it another value. A gateway's container is named istio-proxy, and its image is auto or Istio's proxyv2.",
  url: "https://istio.io/latest/docs/setup/additional-setup/gateway/",
  settings: {
    labels: words(
      ["ingressgateway", "egressgateway", "eastwestgateway", "ingress", "egress"],
      "Values of the label istio that only gateways have",
    ),
  },
  appliesTo: isWorkload,
  judge(resource, { labels }) {
    const pod = podOf(resource);
    const field = pod.at("metadata", "labels", "istio");
    const value = field.value;
    if (typeof value !== "string" || !labels.includes(value) || containersOf(pod).some(isIstioContainer)) {
      return [];
    }
    const problem = `is ${value}, so the pod gets that gateway's configuration and certificates, but has no container istio-proxy of Istio's`;
    return [{ field, problem, cure: "Remove it" }];
  },
});
