import { lately, occurrences, series } from "../promql";
import type { RuleGroupOf } from "./rule";
import { anyOf } from "./scope";

/** Seconds within which 99 % of the changes must reach every proxy. */
const convergence = 10;

/** istiod and what depends on it: configuration, injection, proxies. All platforms of a cluster share istiod. */
export const controlPlane: RuleGroupOf = (mesh) => ({
  name: "control-plane",
  rules: [
    {
      alert: "ServiceMeshDown",
      expr: `absent(${series("istiod_uptime_seconds")})`,
      for: "2m",
      severity: "critical",
      summary: "istiod is down, or Prometheus can't scrape it",
      description:
        "Prometheus scrapes no istiod. Proxies keep their configuration, but receive no changes and no new certificates, and no pod is injected.",
    },
    {
      // Every proxy's agent reports the expiry of its certificate, with or without traffic.
      alert: "ProxyMetricsMissing",
      expr: `absent(${series("istio_agent_cert_expiry_seconds", { namespace: anyOf(mesh.namespaces) })})`,
      for: "15m",
      severity: "critical",
      summary: `Prometheus scrapes no proxy of ${mesh.name}`,
      description: `Prometheus has no metrics of any proxy of ${mesh.name}. So no alert for requests, connections and certificates can fire.`,
    },
    {
      alert: "ProxyConfigRejected",
      expr: occurrences(series("pilot_total_xds_rejects"), ["type"]),
      for: "1m",
      severity: "critical",
      summary: "Proxies reject configuration of the type {{ $labels.type }}",
      description:
        'Proxies have rejected configuration of the type {{ $labels.type }} {{ $value | printf "%.0f" }} times within five minutes, and keep the previous one.',
    },
    {
      alert: "ConfigPushErrors",
      expr: [
        series("pilot_total_xds_internal_errors"),
        series("pilot_xds_write_timeout"),
        series("pilot_xds_pushes", { type: /.*_senderr/ }),
      ]
        .map((counter) => occurrences(counter, [], lately))
        .join(" or "),
      for: "5m",
      severity: "warning",
      summary: "istiod fails to send configuration",
      description:
        'istiod failed {{ $value | printf "%.0f" }} times within two minutes to generate or send configuration.',
    },
    {
      alert: "ConfigConvergenceSlow",
      expr: `histogram_quantile(0.99, sum by (le) (rate(${series("pilot_proxy_convergence_time_bucket")}[5m]))) > ${convergence}`,
      for: "10m",
      severity: "warning",
      summary: "Configuration changes reach the proxies late",
      description: `1 % of the changes take longer than {{ $value | printf "%.0f" }} s to reach every proxy. The limit for 99 % is ${convergence} s.`,
    },
    {
      alert: "InvalidConfigRefused",
      expr: occurrences(series("galley_validation_failed"), ["resource", "reason"]),
      for: "1m",
      severity: "info",
      summary: "A client applies invalid {{ $labels.resource }}",
      description:
        'istiod rejected {{ $labels.resource }} {{ $value | printf "%.0f" }} times within five minutes: {{ $labels.reason }}.',
    },
    {
      alert: "SidecarInjectionFailing",
      expr: occurrences(series("sidecar_injection_failure_total")),
      for: "1m",
      severity: "critical",
      summary: "Pods can't be injected",
      description:
        'istiod failed to inject {{ $value | printf "%.0f" }} pods within five minutes. These pods don\'t start.',
    },
    {
      alert: "ProxyCannotReachIstiod",
      // While istiod is down every proxy fails, and ServiceMeshDown reports it once.
      expr: `sum by (namespace, pod) (increase(${series("istio_agent_istiod_connection_failures")}[5m])) > 3 and on () ${series("istiod_uptime_seconds")}`,
      for: "5m",
      severity: "warning",
      summary: "{{ $labels.namespace }}/{{ $labels.pod }} can't connect to istiod",
      description:
        'The proxy of {{ $labels.namespace }}/{{ $labels.pod }} failed {{ $value | printf "%.0f" }} times within five minutes to connect to istiod. It receives no changes and no new certificate.',
    },
  ],
});
