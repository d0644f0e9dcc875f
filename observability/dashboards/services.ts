import { isHttp, type Mesh } from "../../catalog";
import type { DashboardDefinition, Row } from "./definition";
import { quantile, rate, share } from "./expressions";
import { failed, mutual } from "./selectors";
import { errorRate, latency } from "./thresholds";

const requests = "istio_requests_total";
const durations = "istio_request_duration_milliseconds";
/** Requests to the chosen service, as its callers' proxies saw them. */
const incoming = { reporter: "source", destination_service_name: "$service" } as const;
/** The same as its own proxies saw them. */
const served = { reporter: "destination", destination_service_name: "$service" } as const;
/** Requests of the chosen service to others, as its own proxies saw them. */
const outgoing = { reporter: "source", source_canonical_service: "$service" } as const;

/** One service at a time: who calls it, how it answers, whom it calls. */
export function services(mesh: Mesh): DashboardDefinition {
  return {
    key: "services",
    title: `${mesh.name}: services`,
    description: "One service: who calls it, how it answers, whom it calls and how they answer.",
    variables: [
      {
        name: "service",
        label: "Service",
        values: mesh.services.map(({ name }) => name),
        multi: false,
      },
    ],
    rows: [called(mesh), callers, calls, sizes, ...tcp(mesh)],
  };
}

function called(mesh: Mesh): Row {
  return {
    title: "How $service answers",
    panels: [
      {
        kind: "timeseries",
        title: "Requests by status",
        description: "As its callers' proxies count them. Status 0: no answer at all.",
        unit: "reqps",
        width: 8,
        queries: [{ expr: rate(requests, incoming, ["response_code"]), legend: "{{response_code}}" }],
      },
      {
        kind: "timeseries",
        title: "Errors",
        description:
          "Share of 5xx and missing answers. Where the callers see more of them than the service itself, requests don't arrive.",
        unit: "percentunit",
        width: 8,
        queries: [
          { expr: share(requests, incoming, failed), legend: "seen by callers" },
          { expr: share(requests, served, failed), legend: "seen by the service" },
        ],
        threshold: errorRate(mesh),
      },
      {
        kind: "timeseries",
        title: "Latency",
        description:
          "As callers see it; the last line is the service's own proxy. The difference is the network and the proxies.",
        unit: "ms",
        width: 8,
        queries: [
          { expr: quantile(0.5, durations, incoming), legend: "P50" },
          { expr: quantile(0.9, durations, incoming), legend: "P90" },
          { expr: quantile(0.99, durations, incoming), legend: "P99" },
          { expr: quantile(0.99, durations, served), legend: "P99 at the service" },
        ],
        threshold: latency(mesh),
      },
      {
        kind: "timeseries",
        title: "gRPC status",
        description:
          "Calls per second by gRPC status; 0 is OK. Over gRPC the HTTP status is 200 even for errors.",
        unit: "reqps",
        width: 8,
        queries: [
          {
            expr: rate(requests, { ...incoming, request_protocol: "grpc" }, ["grpc_response_status"]),
            legend: "{{grpc_response_status}}",
          },
        ],
      },
      {
        kind: "timeseries",
        title: "Response flags",
        description:
          "Why the callers' proxies gave up: UH no healthy endpoint, UO breaker open, URX retries used up, UF no connection, UT timeout, NR no route.",
        unit: "reqps",
        width: 8,
        queries: [
          {
            expr: rate(requests, { ...incoming, response_flags: { not: "-" } }, ["response_flags"]),
            legend: "{{response_flags}}",
          },
        ],
      },
      {
        kind: "timeseries",
        title: "Requests by version",
        description: "Which version answered.",
        unit: "reqps",
        width: 8,
        queries: [
          { expr: rate(requests, incoming, ["destination_version"]), legend: "{{destination_version}}" },
        ],
      },
    ],
  };
}

const caller = ["source_workload", "source_workload_namespace", "source_principal"] as const;

const callers: Row = {
  title: "Who calls $service",
  panels: [
    {
      kind: "table",
      title: "Callers",
      description: "By identity, as the service's own proxies saw them. `unknown` has no certificate.",
      width: 24,
      labels: {
        source_workload: "Caller",
        source_workload_namespace: "Namespace",
        source_principal: "Identity",
      },
      columns: [
        { title: "Requests", unit: "reqps", expr: rate(requests, served, caller) },
        { title: "Errors", unit: "percentunit", expr: share(requests, served, failed, caller) },
        { title: "Mutual TLS", unit: "percentunit", expr: share(requests, served, mutual, caller) },
        { title: "P99", unit: "ms", expr: quantile(0.99, durations, served, caller) },
      ],
    },
  ],
};

const calls: Row = {
  title: "Whom $service calls",
  panels: [
    {
      kind: "timeseries",
      title: "Requests by callee",
      description: "As this service's proxies count them.",
      unit: "reqps",
      width: 8,
      queries: [
        {
          expr: rate(requests, outgoing, ["destination_service_name"]),
          legend: "{{destination_service_name}}",
        },
      ],
    },
    {
      kind: "timeseries",
      title: "Errors by callee",
      description: "Share of 5xx and missing answers. An error here that is also above is passed on.",
      unit: "percentunit",
      width: 8,
      queries: [
        {
          expr: share(requests, outgoing, failed, ["destination_service_name"]),
          legend: "{{destination_service_name}}",
        },
      ],
    },
    {
      kind: "timeseries",
      title: "P99 latency by callee",
      description: "What this service waits for.",
      unit: "ms",
      width: 8,
      queries: [
        {
          expr: quantile(0.99, durations, outgoing, ["destination_service_name"]),
          legend: "{{destination_service_name}}",
        },
      ],
    },
  ],
};

const sizes: Row = {
  title: "Sizes",
  panels: [
    {
      kind: "timeseries",
      title: "Request size",
      description: "Bodies of the requests to this service.",
      unit: "bytes",
      width: 12,
      queries: [
        { expr: quantile(0.5, "istio_request_bytes", served), legend: "P50" },
        { expr: quantile(0.99, "istio_request_bytes", served), legend: "P99" },
      ],
    },
    {
      kind: "timeseries",
      title: "Response size",
      description: "Bodies of its answers.",
      unit: "bytes",
      width: 12,
      queries: [
        { expr: quantile(0.5, "istio_response_bytes", served), legend: "P50" },
        { expr: quantile(0.99, "istio_response_bytes", served), legend: "P99" },
      ],
    },
  ],
};

/** Only where a service has a port on which Envoy sees bytes and no requests. */
function tcp({ services: all }: Mesh): Row[] {
  if (all.every(({ ports }) => ports.every(({ protocol }) => isHttp(protocol)))) return [];
  const opened = "istio_tcp_connections_opened_total";
  return [
    {
      title: "TCP",
      panels: [
        {
          kind: "timeseries",
          title: "Connections opened by caller",
          description: "New connections per second.",
          unit: "ops",
          width: 12,
          queries: [{ expr: rate(opened, incoming, ["source_workload"]), legend: "{{source_workload}}" }],
        },
        {
          kind: "timeseries",
          title: "Bytes",
          description: "Sent to the callers, received from them.",
          unit: "Bps",
          width: 12,
          queries: [
            { expr: rate("istio_tcp_sent_bytes_total", incoming), legend: "sent" },
            { expr: rate("istio_tcp_received_bytes_total", incoming), legend: "received" },
          ],
        },
      ],
    },
  ];
}
