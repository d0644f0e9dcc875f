import type { Mesh } from "../../catalog";
import { arrivals, mutualShare, plain, refused, unauthenticated } from "../outcomes";
import type { DashboardDefinition, Row } from "./definition";
import { orZero, rate, window } from "./expressions";
import type { Links } from "./links";
import { asServed } from "./selectors";
import { mtlsShare } from "./thresholds";
import { namespaces } from "./variables";

const requests = "istio_requests_total";
const inPlain = { ...asServed, ...plain } as const;
const nameless = { ...asServed, source_principal: "unknown" } as const;

/** A rate that is not nothing. */
const some = { bad: "above", value: 0.001 } as const;
const refusedBy = [
  "source_workload",
  "source_workload_namespace",
  "source_principal",
  "destination_service_name",
] as const;

/** Who talks without mutual TLS, and who is refused. */
export function security(mesh: Mesh, links: Links): DashboardDefinition {
  return {
    key: "security",
    title: `${mesh.name}: security`,
    description: "Is every call encrypted and by a known identity, and who is refused?",
    variables: [namespaces(mesh)],
    rows: [now(mesh), encryption(mesh, links), denials(links), handshakes],
  };
}

function now(mesh: Mesh): Row {
  const all = arrivals(asServed, window);
  return {
    title: "Now",
    panels: [
      {
        kind: "stat",
        title: "Mutual TLS",
        description: "Share of the requests and TCP connections that arrived over mutual TLS.",
        unit: "percentunit",
        width: 6,
        queries: [{ expr: mutualShare(asServed, window), legend: "mutual TLS" }],
        threshold: mtlsShare(mesh),
      },
      {
        kind: "stat",
        title: "Without mutual TLS",
        description:
          "Requests and TCP connections that arrived in plain text. The table below names the callers.",
        unit: "ops",
        width: 6,
        queries: [{ expr: orZero(arrivals(inPlain, window), all), legend: "plain text" }],
        threshold: some,
      },
      {
        kind: "stat",
        title: "Refused",
        description:
          "Requests answered with 403 (gRPC PERMISSION_DENIED), by an AuthorizationPolicy or by the service itself.",
        unit: "reqps",
        width: 6,
        queries: [
          {
            expr: orZero(rate(requests, asServed, [], refused), rate(requests, asServed)),
            legend: "refused",
          },
        ],
        threshold: some,
      },
      {
        kind: "stat",
        title: "Without an identity",
        description:
          "Requests and TCP connections whose caller showed no certificate: no proxy, or a port excluded from it.",
        unit: "ops",
        width: 6,
        queries: [{ expr: orZero(arrivals(nameless, window), all), legend: "unknown" }],
        threshold: some,
      },
    ],
  };
}

const plainBy = [
  "source_workload",
  "source_workload_namespace",
  "destination_service_name",
  "connection_security_policy",
] as const;

function encryption(mesh: Mesh, links: Links): Row {
  return {
    title: "Mutual TLS",
    panels: [
      {
        kind: "timeseries",
        title: "Mutual TLS by service",
        description:
          "Share of the requests and TCP connections to each service. A service below 1 has a PeerAuthentication that is not STRICT.",
        unit: "percentunit",
        width: 24,
        queries: [
          {
            expr: mutualShare(asServed, window, ["destination_service_name"]),
            legend: "{{destination_service_name}}",
          },
        ],
        threshold: mtlsShare(mesh),
      },
      {
        kind: "table",
        title: "Callers without mutual TLS",
        description:
          "Who calls whom in plain text: callers outside of the mesh, or whose proxy is switched off.",
        width: 24,
        empty: "nobody",
        labels: {
          source_workload: "Caller",
          source_workload_namespace: "Namespace",
          destination_service_name: "Service",
          connection_security_policy: "Security",
        },
        links: { destination_service_name: [links.dashboardOf("${__data.fields.Service}")] },
        columns: [
          {
            title: "Requests and connections",
            unit: "ops",
            expr: `${arrivals(inPlain, window, plainBy)} > 0`,
          },
        ],
      },
    ],
  };
}

const denials = (links: Links): Row => ({
  title: "Refused",
  panels: [
    {
      kind: "timeseries",
      title: "403 by service",
      description: "By an AuthorizationPolicy, or by the service itself; over gRPC PERMISSION_DENIED.",
      empty: "nobody was refused",
      unit: "reqps",
      width: 8,
      queries: [
        {
          expr: rate(requests, asServed, ["destination_service_name"], refused),
          legend: "{{destination_service_name}}",
        },
      ],
    },
    {
      kind: "timeseries",
      title: "401 by service",
      empty: "nobody was refused",
      description:
        "A token that is wrong, expired, or of another issuer (RequestAuthentication), or the service's own answer; over gRPC UNAUTHENTICATED.",
      unit: "reqps",
      width: 8,
      queries: [
        {
          expr: rate(requests, asServed, ["destination_service_name"], unauthenticated),
          legend: "{{destination_service_name}}",
        },
      ],
    },
    {
      kind: "timeseries",
      title: "Refused by RBAC",
      empty: "nobody was refused",
      description: "Requests that the proxies themselves refused for an AuthorizationPolicy, by pod.",
      unit: "reqps",
      width: 8,
      queries: [
        {
          expr: rate("envoy_http_rbac", { namespace: /$namespace/, authz_enforce_result: "denied" }, [
            "namespace",
            "pod",
          ]),
          legend: "{{namespace}}/{{pod}}",
        },
      ],
    },
    {
      kind: "table",
      title: "Who is refused",
      description:
        "An identity that should be admitted needs a line in the caller's `calls`; any other is somebody trying.",
      width: 24,
      labels: {
        source_workload: "Caller",
        source_workload_namespace: "Namespace",
        source_principal: "Identity",
        destination_service_name: "Service",
      },
      links: { destination_service_name: [links.dashboardOf("${__data.fields.Service}")] },
      columns: [
        {
          title: "403",
          unit: "reqps",
          expr: `${rate(requests, asServed, refusedBy, refused)} > 0`,
        },
        {
          title: "401",
          unit: "reqps",
          expr: `${rate(requests, asServed, refusedBy, unauthenticated)} > 0`,
        },
      ],
    },
  ],
});

const handshakes: Row = {
  title: "Handshakes and certificates",
  panels: [
    {
      kind: "timeseries",
      title: "Failed handshakes",
      empty: "no handshake",
      description: "TLS connections that the proxies could not establish: as servers, and as clients.",
      unit: "ops",
      width: 12,
      queries: [
        {
          expr: rate("envoy_listener_ssl_connection_error", { namespace: /$namespace/ }, ["pod"]),
          legend: "{{pod}} as server",
        },
        {
          expr: rate("envoy_cluster_ssl_connection_error", { namespace: /$namespace/ }, ["pod"]),
          legend: "{{pod}} as client",
        },
      ],
    },
    {
      kind: "timeseries",
      title: "Refused by istiod",
      empty: "nobody was refused",
      description: "Proxies that asked istiod for a certificate and could not prove who they are.",
      unit: "ops",
      width: 12,
      queries: [
        { expr: rate("citadel_server_authentication_failure_count", {}, ["pod"]), legend: "{{pod}}" },
      ],
    },
  ],
};
