import type { Mesh } from "../../catalog";
import { series, sum as sumOf } from "../promql";
import type { DashboardDefinition, Row } from "./definition";
import { orZero, rate, share } from "./expressions";
import type { Links } from "./links";
import { asCalled, clusters } from "./selectors";
import { namespaces, services } from "./variables";

const requests = "istio_requests_total";
const chosen = { ...asCalled, destination_service_name: /$service/ } as const;
/** Envoy numbers its connections to a service by port and subset: `outbound|8080|v1|cart.shop.svc.cluster.local`. */
const byCluster = ["cluster_name"] as const;
const cluster = "{{cluster_name}}";

/** Circuit breakers, retries and ejections at work. */
export function resilience(mesh: Mesh, links: Links): DashboardDefinition {
  return {
    key: "resilience",
    title: `${mesh.name}: resilience`,
    description: "Open circuit breakers, ejected endpoints, retries, and the causes of failures.",
    variables: [namespaces(mesh), services(mesh)],
    rows: [now, breakers, retries, ejections, failures(links)],
  };
}

const now: Row = {
  title: "Now",
  panels: [
    {
      kind: "stat",
      title: "Open circuit breakers",
      description: "Circuit breakers that reject connections or requests, counted at each caller's pod.",
      unit: "short",
      width: 6,
      queries: [
        {
          expr: [
            sum("envoy_cluster_circuit_breakers_default_cx_open"),
            sum("envoy_cluster_circuit_breakers_default_rq_open"),
            sum("envoy_cluster_circuit_breakers_default_rq_pending_open"),
          ].join(" + "),
          legend: "open",
        },
      ],
      threshold: { bad: "above", value: 1 },
    },
    {
      kind: "stat",
      title: "Rejected by circuit breakers",
      description: "Requests that a caller's proxy rejected with 503 (flag UO), because a limit was reached.",
      unit: "reqps",
      width: 6,
      queries: [
        {
          expr: orZero(rate(requests, { ...chosen, response_flags: /.*UO.*/ }), rate(requests, chosen)),
          legend: "UO",
        },
      ],
      threshold: { bad: "above", value: 0.001 },
    },
    {
      kind: "stat",
      title: "Endpoints ejected",
      description: "Pods that outlier detection has ejected, counted at each caller's pod.",
      unit: "short",
      width: 6,
      queries: [{ expr: sum("envoy_cluster_outlier_detection_ejections_active"), legend: "ejected" }],
      threshold: { bad: "above", value: 1 },
    },
    {
      kind: "stat",
      title: "Retries",
      description: "Retries per second. Each one sends another request to a failing service.",
      unit: "reqps",
      width: 6,
      queries: [{ expr: rate("envoy_cluster_upstream_rq_retry", clusters), legend: "retries" }],
    },
  ],
};

const breakers: Row = {
  title: "Circuit breakers",
  panels: [
    {
      kind: "timeseries",
      title: "Open",
      description:
        "Callers' pods with an open circuit breaker. The fix depends on the limit: connections, requests, or pending requests.",
      unit: "short",
      width: 12,
      queries: [
        {
          expr: sum("envoy_cluster_circuit_breakers_default_cx_open", byCluster),
          legend: `connections ${cluster}`,
        },
        {
          expr: sum("envoy_cluster_circuit_breakers_default_rq_open", byCluster),
          legend: `requests ${cluster}`,
        },
        {
          expr: sum("envoy_cluster_circuit_breakers_default_rq_pending_open", byCluster),
          legend: `waiting ${cluster}`,
        },
      ],
    },
    {
      kind: "timeseries",
      title: "Rejected by a limit",
      description: "Requests above `http1MaxPendingRequests`, and connections above `maxConnections`.",
      unit: "ops",
      width: 12,
      queries: [
        {
          expr: rate("envoy_cluster_upstream_rq_pending_overflow", clusters, byCluster),
          legend: `requests ${cluster}`,
        },
        {
          expr: rate("envoy_cluster_upstream_cx_overflow", clusters, byCluster),
          legend: `connections ${cluster}`,
        },
      ],
    },
  ],
};

const retries: Row = {
  title: "Retries",
  panels: [
    {
      kind: "timeseries",
      title: "Retries",
      description: "Retries per second, by callee.",
      unit: "reqps",
      width: 8,
      queries: [{ expr: rate("envoy_cluster_upstream_rq_retry", clusters, byCluster), legend: cluster }],
    },
    {
      kind: "timeseries",
      title: "Successful retries",
      empty: "no retries",
      description: "Ratio of the retries that succeeded. Near 0, retries only add load.",
      unit: "percentunit",
      width: 8,
      queries: [
        {
          expr: `${rate("envoy_cluster_upstream_rq_retry_success", clusters, byCluster)} / (${rate("envoy_cluster_upstream_rq_retry", clusters, byCluster)} > 0)`,
          legend: cluster,
        },
      ],
    },
    {
      kind: "timeseries",
      title: "Suppressed retries",
      description:
        "Retries above `maxRetries`, the limit of concurrent retries, which prevents retry storms.",
      unit: "reqps",
      width: 8,
      queries: [
        { expr: rate("envoy_cluster_upstream_rq_retry_overflow", clusters, byCluster), legend: cluster },
      ],
    },
  ],
};

const ejections: Row = {
  title: "Outlier detection",
  panels: [
    {
      kind: "timeseries",
      title: "Endpoints ejected",
      description: "Ejected pods, counted at each caller's pod.",
      unit: "short",
      width: 12,
      queries: [
        { expr: sum("envoy_cluster_outlier_detection_ejections_active", byCluster), legend: cluster },
      ],
    },
    {
      kind: "timeseries",
      title: "Ejections",
      description: "Ejections per second. An unstable endpoint is ejected repeatedly.",
      unit: "ops",
      width: 12,
      queries: [
        {
          expr: rate("envoy_cluster_outlier_detection_ejections_enforced_total", clusters, byCluster),
          legend: cluster,
        },
      ],
    },
  ],
};

const failures = (links: Links): Row => ({
  title: "Why requests fail",
  panels: [
    {
      kind: "timeseries",
      title: "Response flags",
      empty: "no failed requests",
      description:
        "UH no healthy endpoint, UO circuit breaker open, URX retries exhausted, UF connection failure, UT timeout, NR no route, DC caller disconnected, RL rate limit.",
      unit: "reqps",
      width: 12,
      queries: [
        {
          expr: rate(requests, { ...chosen, response_flags: { not: "-" } }, ["response_flags"]),
          legend: "{{response_flags}}",
        },
      ],
    },
    {
      kind: "timeseries",
      title: "Timeouts by service",
      description: "Ratio of the requests that timed out (UT).",
      unit: "percentunit",
      width: 12,
      queries: [
        {
          expr: share(requests, chosen, [{ response_flags: /.*UT.*/ }], ["destination_service_name"]),
          legend: "{{destination_service_name}}",
        },
      ],
    },
    {
      kind: "table",
      title: "Failed requests by caller and callee",
      empty: "nobody",
      description: "Failed requests by caller, callee and response flag.",
      width: 24,
      labels: {
        source_workload: "Caller",
        destination_service_name: "Service",
        response_flags: "Flag",
        response_code: "Status",
      },
      links: { destination_service_name: [links.dashboardOf("${__data.fields.Service}")] },
      columns: [
        {
          title: "Requests",
          unit: "reqps",
          expr: `${rate(requests, { ...chosen, response_flags: { not: "-" } }, [
            "source_workload",
            "destination_service_name",
            "response_flags",
            "response_code",
          ])} > 0`,
        },
      ],
    },
  ],
});

type ClusterGauge =
  | "envoy_cluster_circuit_breakers_default_cx_open"
  | "envoy_cluster_circuit_breakers_default_rq_open"
  | "envoy_cluster_circuit_breakers_default_rq_pending_open"
  | "envoy_cluster_outlier_detection_ejections_active";

function sum(name: ClusterGauge, by: readonly "cluster_name"[] = []): string {
  return `${sumOf(by)}(${series(name, clusters)})`;
}
