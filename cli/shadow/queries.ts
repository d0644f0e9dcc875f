/** Labels by which requests are summed: the server's pod, and the caller's identity. */
const requestLabels =
  "namespace, pod, destination_canonical_service, destination_workload_namespace, source_principal";

/**
 * The queries for the traffic of a window, such as `24h`. Both metrics come from the server's proxy.
 *
 * @see https://istio.io/latest/docs/reference/config/metrics/
 */
export function trafficQueries(window: string): string[] {
  return ["istio_requests_total", "istio_tcp_connections_opened_total"].map(
    (metric) => `sum by (${requestLabels}) (${grown(`${metric}{reporter="destination"}`, window)})`,
  );
}

/** Envoy's counters of dry runs: Istio's bootstrap turns `istio_dry_run_<action>_` and the result into labels. */
const dryRunMetrics = ["envoy_http_rbac", "envoy_tcp_rbac"];
const isDryRun = '{authz_dry_run_result!="",authz_dry_run_action!=""}';

/** The queries for the results of the dry runs in a window. */
export function dryRunQueries(window: string): string[] {
  const labels = "namespace, pod, authz_dry_run_action, authz_dry_run_result";
  return dryRunMetrics.map((metric) => `sum by (${labels}) (${grown(`${metric}${isDryRun}`, window)})`);
}

/** The query for the times at which results were recorded, to be evaluated at each step of a window. */
export const recordedQuery = dryRunMetrics
  .map((metric) => `count by (namespace, pod) (${metric}${isDryRun})`)
  .join(" or ");

/**
 * How much a counter has grown. `increase` does not see the first value of a series that appears in the window: there its
 * highest value counts.
 */
function grown(selector: string, window: string): string {
  return `(max_over_time(${selector}[${window}]) unless ${selector} offset ${window}) or increase(${selector}[${window}])`;
}
