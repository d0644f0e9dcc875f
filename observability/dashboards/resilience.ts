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
    description:
      "Which circuit breakers are open, which endpoints are ejected, what is retried, and why requests fail.",
    variables: [namespaces(mesh), services(mesh)],
    rows: [now, breakers, retries, ejections, failures(links)],
  };
}

const now: Row = {
  title: "Now",
  panels: [
    {
      kind: "stat",
      title: "Breakers open",
      description: "Circuit breakers that refuse connections or requests now, counted at each caller's pod.",
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
      title: "Refused by breakers",
      description: "Requests that a caller's proxy answered with 503 (flag UO) because a limit was reached.",
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
      description: "Pods that outlier detection keeps out, counted at each caller's pod.",
      unit: "short",
      width: 6,
      queries: [{ expr: sum("envoy_cluster_outlier_detection_ejections_active"), legend: "ejected" }],
      threshold: { bad: "above", value: 1 },
    },
    {
      kind: "stat",
      title: "Retries",
      description: "Retries per second. Each is one more request to a service that just failed.",
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
        "Callers' pods with an open breaker. Which limit it is decides the fix: connections, requests, or requests that wait.",
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
      title: "Refused for a limit",
      description:
        "Requests that found the queue full (`http1MaxPendingRequests`), and connections that were one too many (`maxConnections`).",
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
      description: "By callee.",
      unit: "reqps",
      width: 8,
      queries: [{ expr: rate("envoy_cluster_upstream_rq_retry", clusters, byCluster), legend: cluster }],
    },
    {
      kind: "timeseries",
      title: "Retries that helped",
      empty: "no retries",
      description: "Share of the retries that got an answer worth passing on. Near 0, retries only add load.",
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
      title: "Retries not made",
      description:
        "Because too many were under way (`maxRetries`): the breaker that keeps retries from becoming a storm.",
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
      description: "Kept out now, counted at each caller's pod.",
      unit: "short",
      width: 12,
      queries: [
        { expr: sum("envoy_cluster_outlier_detection_ejections_active", byCluster), legend: cluster },
      ],
    },
    {
      kind: "timeseries",
      title: "Ejections",
      description: "Per second. An endpoint that comes and goes is ejected again and again.",
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
      empty: "no proxy gave up",
      description:
        "UH no healthy endpoint, UO breaker open, URX retries used up, UF no connection, UT timeout, NR no route, DC the caller hung up, RL rate limit.",
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
      description: "Share of the requests that were given up after their timeout (UT).",
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
      title: "Who fails at whom",
      empty: "nobody",
      description: "Caller, callee and flag.",
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
