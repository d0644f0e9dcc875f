import { lately, occurrences, ratio, series } from "../promql";
import { recorded } from "./records";
import { type RuleGroupOf, leastTraffic } from "./rule";
import { clustersOf, ofMesh } from "./scope";

/** Maximum percentage of a service's requests that fail at every attempt. */
const exhausted = 1;

const by = ["destination_service"] as const;

/**
 * What the proxies do for a failing service: reject excess requests, eject failing pods, and retry.
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
        summary: "The circuit breaker of {{ $labels.destination_service }} rejects requests",
        description:
          'Callers exceeded the circuit breaker of {{ $labels.destination_service }}: {{ $value | printf "%.0f" }} requests or connections were rejected within five minutes.',
      },
      {
        alert: "EndpointsEjected",
        expr: `${ofHosts(`max by (cluster_name) (${series("envoy_cluster_outlier_detection_ejections_active", clusters)})`)} > 0`,
        for: "5m",
        severity: "warning",
        summary: "Pods of {{ $labels.destination_service }} are ejected",
        description:
          "A caller's proxy has ejected {{ $value }} pods of {{ $labels.destination_service }}, because they returned errors.",
      },
      {
        alert: "NoHealthyUpstream",
        expr: occurrences(flagged("UH"), by, lately),
        for: "5m",
        severity: "critical",
        summary: "{{ $labels.destination_service }} has no healthy pod",
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
        summary: "Retries of {{ $labels.destination_service }} fail",
        description: `{{ $value | humanizePercentage }} of the requests to {{ $labels.destination_service }} failed at every attempt. The limit is ${exhausted} %.`,
      },
    ],
  };
};

/**
 * Groups by the host of Envoy's clusters, `outbound|port|subset|host`. The value of a service is the maximum of its
 * clusters.
 */
function ofHosts(vector: string): string {
  const host = JSON.stringify("outbound\\|.*\\|(.*)");
  return `max by (destination_service) (label_replace(${vector}, "destination_service", "$1", "cluster_name", ${host}))`;
}
