import { lately, occurrences, ratio, series } from "../promql";
import { recorded } from "./records";
import { type RuleGroupOf, leastTraffic } from "./rule";
import { clustersOf, ofMesh } from "./scope";

/** Percent of a service's requests that may fail after every retry. */
const exhausted = 1;

const by = ["destination_service"] as const;

/**
 * What the proxies do for a service in trouble: refuse what is too much, leave out pods that fail, try again.
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage#response-flags
 */
export const resilience: RuleGroupOf = (mesh) => {
  const calls = { reporter: "source", ...ofMesh(mesh) } as const;
  const flagged = (flag: "UH" | "UO" | "URX"): string =>
    series("istio_requests_total", { ...calls, response_flags: new RegExp(`.*${flag}.*`) });
  const overLimit = series("istio_tcp_connections_closed_total", { ...calls, response_flags: /.*UO.*/ });
  const clusters = clustersOf(mesh);
  const requests = recorded("istio:service:requests:rate5m", mesh);
  return {
    name: "resilience",
    rules: [
      {
        alert: "CircuitBreakerTriggered",
        expr:
          `${occurrences(flagged("UO"), by)} or ${occurrences(overLimit, by)} or ` +
          ofHosts(
            occurrences(series("envoy_cluster_upstream_rq_pending_overflow", clusters), ["cluster_name"]),
          ),
        for: "1m",
        severity: "warning",
        summary: "The circuit breaker of {{ $labels.destination_service }} refuses callers",
        description:
          'Callers had more under way to {{ $labels.destination_service }} than its circuit breaker lets through: {{ $value | printf "%.0f" }} requests or connections were refused within five minutes.',
      },
      {
        alert: "EndpointsEjected",
        expr: `${ofHosts(`max by (cluster_name) (${series("envoy_cluster_outlier_detection_ejections_active", clusters)})`)} > 0`,
        for: "5m",
        severity: "warning",
        summary: "Pods of {{ $labels.destination_service }} are left out",
        description:
          "A caller's proxy sends nothing to {{ $value }} of the pods of {{ $labels.destination_service }}, because they kept failing.",
      },
      {
        alert: "NoHealthyUpstream",
        expr: occurrences(flagged("UH"), by, lately),
        for: "5m",
        severity: "critical",
        summary: "{{ $labels.destination_service }} has no pod that could answer",
        description:
          '{{ $value | printf "%.0f" }} requests to {{ $labels.destination_service }} found no healthy pod within two minutes.',
      },
      {
        alert: "RetriesExhausted",
        expr:
          `sum by (destination_service) (rate(${flagged("URX")}[5m]))` +
          ` / on (destination_service) ${requests} > ${ratio(exhausted)}` +
          ` and on (destination_service) ${requests} > ${leastTraffic}`,
        for: "5m",
        severity: "warning",
        summary: "Retries don't help {{ $labels.destination_service }}",
        description: `{{ $value | humanizePercentage }} of the requests to {{ $labels.destination_service }} failed at every try; at most ${exhausted} % should.`,
      },
    ],
  };
};

/** By the host of Envoy's clusters, `outbound|port|subset|host`: what belongs to one service is the largest of them. */
function ofHosts(vector: string): string {
  const host = JSON.stringify("outbound\\|.*\\|(.*)");
  return `max by (destination_service) (label_replace(${vector}, "destination_service", "$1", "cluster_name", ${host}))`;
}
