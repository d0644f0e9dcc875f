import type { Mesh } from "../catalog";
import type { Manifest } from "../mesh";
import { metadata } from "../mesh/object";

const apiVersion = "monitoring.coreos.com/v1";

/** Scrape interval. Rules use windows of at least five minutes, which must contain enough samples. */
const interval = "15s";

/**
 * The scrape targets of Prometheus: every proxy, also the gateways', and istiod. The agent beside each proxy merges the
 * proxy's metrics and the application's on port 15020. The sidecar captures neither port, so mutual TLS and
 * AuthorizationPolicies don't apply to them.
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
        // The injector sets this label on every pod with a proxy.
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

// The proxy declares only Envoy's own port, 15090. An IPv6 address needs brackets.
const relabelings = [
  { regex: "([^:]+)", replacement: "$1:15020" },
  { regex: "(.*:.*)", replacement: "[$1]:15020" },
].map((rewrite) => ({
  sourceLabels: ["__meta_kubernetes_pod_ip"],
  targetLabel: "__address__",
  ...rewrite,
}));
