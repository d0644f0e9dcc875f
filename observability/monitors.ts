import type { Mesh } from "../catalog";
import type { Manifest } from "../mesh";
import { metadata } from "../mesh/object";

const apiVersion = "monitoring.coreos.com/v1";

/** How often each is asked. Rules look at five minutes at least, which must hold enough samples. */
const interval = "15s";

/**
 * What Prometheus reads: of every proxy, the gateways' too, its own metrics and the application's, which the agent
 * beside the proxy merges on port 15020; and those of istiod. Neither port is the sidecar's, so mutual TLS and
 * AuthorizationPolicies don't stand in the way.
 *
 * @see https://istio.io/latest/docs/ops/integrations/prometheus/#option-1-metrics-merging
 * @see https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.PodMonitor
 */
export function monitors(mesh: Mesh, { namespace }: { readonly namespace: string }): Manifest[] {
  const of = (kind: string, name: string, from: string, spec: object): Manifest => ({
    apiVersion,
    kind,
    metadata: metadata(mesh, { name, namespace, from: [from] }),
    spec: { namespaceSelector: { any: true }, ...spec },
  });
  return [
    of("PodMonitor", "istio-proxies", "services", {
      selector: {
        // The injector labels every pod that it gives a proxy.
        matchExpressions: [{ key: "service.istio.io/canonical-name", operator: "Exists" }],
      },
      podMetricsEndpoints: [{ port: "http-envoy-prom", path: "/stats/prometheus", interval, relabelings }],
    }),
    of("ServiceMonitor", "istiod", "rootNamespace", {
      selector: { matchLabels: { istio: "pilot" } },
      namespaceSelector: { matchNames: [mesh.rootNamespace] },
      jobLabel: "app",
      endpoints: [{ port: "http-monitoring", interval }],
    }),
  ];
}

// The port that the proxy declares is Envoy's alone, 15090. An address of IPv6 needs brackets.
const relabelings = [
  { regex: "([^:]+)", replacement: "$1:15020" },
  { regex: "(.*:.*)", replacement: "[$1]:15020" },
].map((rewrite) => ({
  sourceLabels: ["__meta_kubernetes_pod_ip"],
  targetLabel: "__address__",
  ...rewrite,
}));
