import { isHttp, type Mesh } from "../../catalog";
import { failed, mutualShare } from "../outcomes";
import { oneOf, selector, series } from "../promql";
import { errorRatio, type RecordName, recorded } from "../rules/records";
import { fastBurns, slowBurns } from "../rules/slo";
import type { DashboardDefinition, Row } from "./definition";
import { quantile, rate, share, window } from "./expressions";
import type { Links } from "./links";
import { asCalled, asServed } from "./selectors";
import { errorRate, latency, mtlsShare } from "./thresholds";
import { namespaces } from "./variables";

const requests = "istio_requests_total";
const durations = "istio_request_duration_milliseconds";
const service = "destination_service_name";

/** The whole platform on one page. */
export function overview(mesh: Mesh, links: Links): DashboardDefinition {
  return {
    key: "overview",
    title: `${mesh.name}: overview`,
    description: `The state of ${mesh.name} and its services. Click a service's name to open its own dashboard.`,
    variables: [namespaces(mesh)],
    rows: [
      now(mesh),
      alerts(mesh, links),
      services(mesh, links),
      objectives(mesh, links),
      ...tcp(mesh),
      ...outside(mesh),
      controlPlane,
    ],
  };
}

function now(mesh: Mesh): Row {
  return {
    title: "Now",
    panels: [
      {
        kind: "stat",
        title: "Requests",
        description: "Requests to the platform's services, as reported by their callers' proxies.",
        unit: "reqps",
        width: 6,
        queries: [{ expr: rate(requests, asCalled), legend: "requests" }],
      },
      {
        kind: "stat",
        title: "Errors",
        description:
          "Ratio of the requests that fail: 5xx, a gRPC status that blames the server, no response.",
        unit: "percentunit",
        width: 6,
        queries: [{ expr: share(requests, asCalled, failed), legend: "errors" }],
        threshold: errorRate(mesh),
      },
      {
        kind: "stat",
        title: "P99 latency",
        description:
          "99 % of the requests get a response within this time, including the network and both proxies.",
        unit: "ms",
        width: 6,
        queries: [{ expr: quantile(0.99, durations, asCalled), legend: "P99" }],
        threshold: latency(mesh),
      },
      {
        kind: "stat",
        title: "Mutual TLS",
        description:
          "Ratio of the received requests and TCP connections with mutual TLS. With STRICT, a value below 100 % means that the catalog has an exception.",
        unit: "percentunit",
        width: 6,
        queries: [{ expr: mutualShare(asServed, window), legend: "mutual TLS" }],
        threshold: mtlsShare(mesh),
      },
    ],
  };
}

function services(mesh: Mesh, links: Links): Row {
  return {
    title: "Services",
    panels: [
      {
        kind: "table",
        title: "Services",
        description:
          "Every called service, as reported by its callers' proxies. Red: above the platform's thresholds. A service with its own thresholds shows them on its dashboard.",
        width: 24,
        labels: { [service]: "Service", destination_service_namespace: "Namespace" },
        columns: [
          { title: "Requests", unit: "reqps", expr: rate(requests, asCalled, place) },
          {
            title: "Errors",
            unit: "percentunit",
            expr: share(requests, asCalled, failed, place),
            threshold: errorRate(mesh),
          },
          { title: "P50", unit: "ms", expr: quantile(0.5, durations, asCalled, place) },
          {
            title: "P99",
            unit: "ms",
            expr: quantile(0.99, durations, asCalled, place),
            threshold: latency(mesh),
          },
        ],
        links: { [service]: links.ofService("${__data.fields.Service}", "${__data.fields.Namespace}") },
      },
      {
        kind: "timeseries",
        title: "Requests by service",
        description:
          "Check a sudden fall as well as a rise: callers that cannot connect to a service stop counting.",
        unit: "reqps",
        width: 8,
        queries: [{ expr: rate(requests, asCalled, [service]), legend: `{{${service}}}` }],
      },
      {
        kind: "timeseries",
        title: "Errors by service",
        description:
          'Ratio of each service\'s requests that fail: 5xx, a gRPC status that blames the server, no response. The response flags on the dashboard "resilience" name the cause.',
        unit: "percentunit",
        width: 8,
        queries: [{ expr: share(requests, asCalled, failed, [service]), legend: `{{${service}}}` }],
        threshold: errorRate(mesh),
      },
      {
        kind: "timeseries",
        title: "P99 latency by service",
        description:
          "A caller's latency includes its callees'. The cause is the slowest service at the end of a call path.",
        unit: "ms",
        width: 8,
        queries: [{ expr: quantile(0.99, durations, asCalled, [service]), legend: `{{${service}}}` }],
        threshold: latency(mesh),
      },
    ],
  };
}

const place = ["destination_service_name", "destination_service_namespace"] as const;

/** Rendered only if a service has a TCP port. */
function tcp({ services }: Mesh): Row[] {
  if (services.every(({ ports }) => ports.every(({ protocol }) => isHttp(protocol)))) return [];
  return [
    {
      title: "TCP: databases, caches and other protocols than HTTP",
      panels: [
        {
          kind: "timeseries",
          title: "Connections opened",
          empty: "no TCP",
          description:
            "New connections per second. A high value means that a client does not reuse its connections.",
          unit: "ops",
          width: 8,
          queries: [
            {
              expr: rate("istio_tcp_connections_opened_total", asCalled, [service]),
              legend: `{{${service}}}`,
            },
          ],
        },
        {
          kind: "timeseries",
          title: "Bytes sent",
          empty: "no TCP",
          description: "From the services to their callers.",
          unit: "Bps",
          width: 8,
          queries: [
            { expr: rate("istio_tcp_sent_bytes_total", asCalled, [service]), legend: `{{${service}}}` },
          ],
        },
        {
          kind: "timeseries",
          title: "Bytes received",
          empty: "no TCP",
          description: "From the callers to the services.",
          unit: "Bps",
          width: 8,
          queries: [
            { expr: rate("istio_tcp_received_bytes_total", asCalled, [service]), legend: `{{${service}}}` },
          ],
        },
      ],
    },
  ];
}

/** Rendered only if the platform calls external services. */
function outside({ externalServices }: Mesh): Row[] {
  if (externalServices.length === 0) return [];
  const called = {
    reporter: "source",
    destination_service: oneOf(externalServices.map(({ host }) => host)),
  } as const;
  return [
    {
      title: "External services",
      panels: [
        {
          kind: "timeseries",
          title: "Requests to external hosts",
          empty: "no visible requests",
          description: "Requests that the proxies see: plain HTTP, or TLS that the proxy originates.",
          unit: "reqps",
          width: 8,
          queries: [
            { expr: rate(requests, called, ["destination_service"]), legend: "{{destination_service}}" },
          ],
        },
        {
          kind: "timeseries",
          title: "Errors of external hosts",
          empty: "no visible requests",
          description:
            "Ratio of the requests that fail: 5xx, a gRPC status that blames the server, no response.",
          unit: "percentunit",
          width: 8,
          queries: [
            {
              expr: share(requests, called, failed, ["destination_service"]),
              legend: "{{destination_service}}",
            },
          ],
        },
        {
          kind: "timeseries",
          title: "Connections to external hosts",
          empty: "no connections",
          description:
            "New connections per second of which the proxy sees only bytes: TLS that the application originates.",
          unit: "ops",
          width: 8,
          queries: [
            {
              expr: rate("istio_tcp_connections_opened_total", called, ["destination_service"]),
              legend: "{{destination_service}}",
            },
          ],
        },
      ],
    },
  ];
}

const controlPlane: Row = {
  title: "Control plane",
  panels: [
    {
      kind: "timeseries",
      title: "Proxies connected",
      empty: "no istiod metrics",
      description:
        "Proxies that receive their configuration from each istiod. After istiod restarts, the value must return to its previous level.",
      unit: "short",
      width: 6,
      queries: [{ expr: `sum by (pod) (${series("pilot_xds")})`, legend: "{{pod}}" }],
    },
    {
      kind: "timeseries",
      title: "Configuration pushed",
      empty: "no istiod metrics",
      description: "Pushes per second by kind: clusters, endpoints, listeners, routes.",
      unit: "ops",
      width: 6,
      queries: [{ expr: rate("pilot_xds_pushes", {}, ["type"]), legend: "{{type}}" }],
    },
    {
      kind: "timeseries",
      title: "Convergence, P99",
      empty: "no changes",
      description: "Time from a change in the cluster until 99 % of the proxies have it.",
      unit: "s",
      width: 6,
      queries: [{ expr: quantile(0.99, "pilot_proxy_convergence_time", {}), legend: "P99" }],
    },
    {
      kind: "timeseries",
      title: "Configuration rejected",
      empty: "no rejections",
      description:
        "Configuration that proxies rejected (NACK). Such a proxy keeps its previous configuration. `istioctl proxy-status` names it.",
      unit: "ops",
      width: 6,
      queries: [{ expr: rate("pilot_total_xds_rejects", {}, ["type"]), legend: "{{type}}" }],
      threshold: { bad: "above", value: 0.001 },
    },
  ],
};

/** The platform's alerts, with links to their pages if they are published. */
function alerts({ name }: Mesh, links: Links): Row {
  const by = ["alertname", "severity", "destination_service"];
  const { runbook } = links;
  return {
    title: "Alerts",
    panels: [
      {
        kind: "table",
        title: "Firing",
        description: "Firing alerts, with the number of affected objects. Each has a page with the fix.",
        width: 24,
        empty: "no firing alerts",
        labels: { alertname: "Alert", severity: "Severity", destination_service: "Service" },
        columns: [
          {
            title: "Firing",
            unit: "short",
            expr: `count by (${by.join(", ")}) (${selector("ALERTS", { alertstate: "firing", mesh: name })})`,
          },
        ],
        ...(runbook && { links: { alertname: runbook("${__value.raw}") } }),
      },
    ],
  };
}

function objectives(mesh: Mesh, links: Links): Row {
  const of = (name: RecordName): string =>
    recorded(name, mesh, { destination_service_namespace: /$namespace/ });
  const budget = of("istio:service:error_budget:ratio");
  const each = (expr: string): string => `max by (${place.join(", ")}) (${expr})`;
  return {
    title: "Objectives",
    panels: [
      {
        kind: "table",
        title: "Error budgets",
        description:
          "Each service's objective over 30 days (`alerts.availability`), the remaining error budget, and how many times faster than allowed it is used. Red: an alert fires unless the last minutes are better.",
        width: 24,
        labels: { [service]: "Service", destination_service_namespace: "Namespace" },
        columns: [
          { title: "Objective", unit: "percentunit", expr: each(`1 - ${budget}`), decimals: 3 },
          {
            title: "Budget left",
            unit: "percentunit",
            expr: each(of("istio:service:error_budget:remaining30d")),
            threshold: { bad: "below", value: 0 },
          },
          ...[...fastBurns, ...slowBurns].map(({ long, factor }) => ({
            title: `Burn rate, ${long}`,
            unit: "short" as const,
            expr: each(`${of(errorRatio(long))} / ${budget}`),
            threshold: { bad: "above" as const, value: factor },
          })),
        ],
        links: { [service]: links.ofService("${__data.fields.Service}", "${__data.fields.Namespace}") },
      },
    ],
  };
}
