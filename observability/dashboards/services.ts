import { isHttp, type Mesh } from "../../catalog";
import { failed, mutual } from "../outcomes";
import type { DashboardDefinition, Row, SeriesPanel } from "./definition";
import { quantile, rate, share } from "./expressions";
import { objective } from "./objective";
import { canonical, incoming, outgoing, served } from "./selectors";
import { limitOf } from "./thresholds";
import { versionLabel } from "./versions";

const requests = "istio_requests_total";
const durations = "istio_request_duration_milliseconds";

/** One service at a time: its callers, its responses, its callees. */
export function services(mesh: Mesh): DashboardDefinition {
  return {
    key: "services",
    title: `${mesh.name}: services`,
    description:
      "One service: its callers, its responses, its remaining error budget, and the responses of its callees.",
    variables: [
      {
        name: "service",
        label: "Service",
        values: mesh.services.map(({ name }) => name),
        multi: false,
      },
    ],
    derived: canonical(mesh),
    rows: [answers(mesh), objective(mesh), callers(mesh), calls(mesh), sizes(mesh), ...tcp(mesh)],
  };
}

function answers(mesh: Mesh): Row {
  const called = incoming(mesh);
  const itself = served(mesh);
  const grpc = mesh.services.some(({ ports }) => ports.some(({ protocol }) => protocol === "grpc"));
  return {
    title: "Responses of $service",
    panels: [
      {
        kind: "timeseries",
        title: "Requests by status",
        description: "As reported by its callers' proxies. Status 0: no response.",
        unit: "reqps",
        width: 8,
        queries: [{ expr: rate(requests, called, ["response_code"]), legend: "{{response_code}}" }],
      },
      {
        kind: "timeseries",
        title: "Errors",
        description:
          "Ratio of 5xx, of gRPC statuses that blame the server, and of missing responses. If the callers report more errors than the service itself, requests don't arrive. Above the limit for five minutes, `HighErrorRate` fires.",
        unit: "percentunit",
        width: 8,
        queries: [
          { expr: share(requests, called, failed), legend: "reported by callers" },
          { expr: share(requests, itself, failed), legend: "reported by the service" },
          limitOf(mesh, "errorRate"),
        ],
      },
      {
        kind: "timeseries",
        title: "Latency",
        description:
          "As reported by the callers' proxies and by the service's own proxy. The difference is the network and the proxies. Above the limit for five minutes, `HighLatency` fires.",
        unit: "ms",
        width: 8,
        queries: [
          { expr: quantile(0.5, durations, called), legend: "P50" },
          { expr: quantile(0.9, durations, called), legend: "P90" },
          { expr: quantile(0.99, durations, called), legend: "P99" },
          { expr: quantile(0.99, durations, itself), legend: "P99 at the service" },
          limitOf(mesh, "p99"),
        ],
      },
      ...(grpc ? [grpcStatus(mesh)] : []),
      {
        kind: "timeseries",
        title: "Response flags",
        description:
          "Causes of failures at the callers' proxies. UH no healthy endpoint, UO circuit breaker open, URX retries exhausted, UF connection failure, UT timeout, NR no route.",
        unit: "reqps",
        width: grpc ? 8 : 12,
        empty: "no failed requests",
        queries: [
          {
            expr: rate(requests, { ...called, response_flags: { not: "-" } }, ["response_flags"]),
            legend: "{{response_flags}}",
          },
        ],
      },
      {
        kind: "timeseries",
        title: "Requests by version",
        description: "Requests by the version that responded.",
        unit: "reqps",
        width: grpc ? 8 : 12,
        queries: [
          { expr: rate(requests, called, [versionLabel(mesh)]), legend: `{{${versionLabel(mesh)}}}` },
        ],
      },
    ],
  };
}

/** Rendered only if a service has a gRPC port. */
function grpcStatus(mesh: Mesh): SeriesPanel {
  return {
    kind: "timeseries",
    title: "gRPC status",
    description:
      "Calls per second by gRPC status; 0 is OK. The HTTP status of gRPC calls is 200 even for errors.",
    unit: "reqps",
    width: 8,
    empty: "no gRPC",
    queries: [
      {
        expr: rate(requests, { ...incoming(mesh), request_protocol: "grpc" }, ["grpc_response_status"]),
        legend: "{{grpc_response_status}}",
      },
    ],
  };
}

const caller = ["source_workload", "source_workload_namespace", "source_principal"] as const;

function callers(mesh: Mesh): Row {
  const itself = served(mesh);
  return {
    title: "Callers of $service",
    panels: [
      {
        kind: "table",
        title: "Callers",
        description:
          "By identity, as reported by the service's own proxies, without requests that never arrived. `unknown` has no certificate.",
        width: 24,
        labels: {
          source_workload: "Caller",
          source_workload_namespace: "Namespace",
          source_principal: "Identity",
        },
        columns: [
          { title: "Requests", unit: "reqps", expr: rate(requests, itself, caller) },
          { title: "Errors", unit: "percentunit", expr: share(requests, itself, failed, caller) },
          { title: "Mutual TLS", unit: "percentunit", expr: share(requests, itself, [mutual], caller) },
          { title: "P99", unit: "ms", expr: quantile(0.99, durations, itself, caller) },
        ],
      },
    ],
  };
}

function calls(mesh: Mesh): Row {
  const callees = outgoing(mesh);
  const by = ["destination_service_name"] as const;
  const legend = "{{destination_service_name}}";
  return {
    title: "Callees of $service",
    panels: [
      {
        kind: "timeseries",
        title: "Requests by callee",
        description: "As reported by this service's proxies.",
        unit: "reqps",
        width: 8,
        empty: "no calls",
        queries: [{ expr: rate(requests, callees, by), legend }],
      },
      {
        kind: "timeseries",
        title: "Errors by callee",
        description:
          "Ratio of the requests that fail at each callee. An error that appears here and above is passed on.",
        unit: "percentunit",
        width: 8,
        empty: "no calls",
        queries: [{ expr: share(requests, callees, failed, by), legend }],
      },
      {
        kind: "timeseries",
        title: "P99 latency by callee",
        description: "Latency of the calls that this service makes.",
        unit: "ms",
        width: 8,
        empty: "no calls",
        queries: [{ expr: quantile(0.99, durations, callees, by), legend }],
      },
    ],
  };
}

function sizes(mesh: Mesh): Row {
  const itself = served(mesh);
  return {
    title: "Sizes",
    panels: [
      {
        kind: "timeseries",
        title: "Request size",
        description: "Size of the request bodies to this service.",
        unit: "bytes",
        width: 12,
        queries: [
          { expr: quantile(0.5, "istio_request_bytes", itself), legend: "P50" },
          { expr: quantile(0.99, "istio_request_bytes", itself), legend: "P99" },
        ],
      },
      {
        kind: "timeseries",
        title: "Response size",
        description: "Size of its response bodies.",
        unit: "bytes",
        width: 12,
        queries: [
          { expr: quantile(0.5, "istio_response_bytes", itself), legend: "P50" },
          { expr: quantile(0.99, "istio_response_bytes", itself), legend: "P99" },
        ],
      },
    ],
  };
}

/** Rendered only if a service has a TCP port. */
function tcp(mesh: Mesh): Row[] {
  if (mesh.services.every(({ ports }) => ports.every(({ protocol }) => isHttp(protocol)))) return [];
  const called = incoming(mesh);
  return [
    {
      title: "TCP",
      panels: [
        {
          kind: "timeseries",
          title: "Connections opened by caller",
          description:
            "New connections per second. Database clients keep their connections, so 0 is often normal.",
          unit: "ops",
          width: 8,
          empty: "no TCP",
          queries: [
            {
              expr: rate("istio_tcp_connections_opened_total", called, ["source_workload"]),
              legend: "{{source_workload}}",
            },
          ],
        },
        {
          kind: "timeseries",
          title: "Failed connections",
          description:
            "Connections per second that ended with a flag. UF connection failure, UH no healthy server, UO over the limit, URX too many attempts, DC caller disconnected. `TcpConnectionsFailing` fires for the first four.",
          unit: "ops",
          width: 8,
          empty: "no failures",
          queries: [
            {
              expr: rate("istio_tcp_connections_closed_total", { ...called, response_flags: { not: "-" } }, [
                "response_flags",
              ]),
              legend: "{{response_flags}}",
            },
          ],
        },
        {
          kind: "timeseries",
          title: "Bytes",
          description: "Bytes per second, sent to the callers and received from them.",
          unit: "Bps",
          width: 8,
          empty: "no TCP",
          queries: [
            { expr: rate("istio_tcp_sent_bytes_total", called), legend: "sent" },
            { expr: rate("istio_tcp_received_bytes_total", called), legend: "received" },
          ],
        },
      ],
    },
  ];
}
