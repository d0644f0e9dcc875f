import { isHttp, type Mesh } from "../../catalog";
import type { DashboardDefinition, Row } from "./definition";
import { rate, share } from "./expressions";
import { asServed, mutual } from "./selectors";
import { mtlsShare } from "./thresholds";
import { namespaces } from "./variables";

const requests = "istio_requests_total";
const opened = "istio_tcp_connections_opened_total";
/** Istio counts a service's own 403 in the same way; `RBAC` below counts the proxies' alone. */
const refused = { ...asServed, response_code: "403" } as const;
const unauthenticated = { ...asServed, response_code: "401" } as const;
const plain = { ...asServed, connection_security_policy: { not: "mutual_tls" } } as const;
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
export function security(mesh: Mesh): DashboardDefinition {
  return {
    key: "security",
    title: `${mesh.name}: security`,
    description: "Is every call encrypted and by a known identity, and who is refused?",
    variables: [namespaces(mesh)],
    rows: [now(mesh), encryption(mesh), denials, handshakes],
  };
}

function now(mesh: Mesh): Row {
  return {
    title: "Now",
    panels: [
      {
        kind: "stat",
        title: "Mutual TLS",
        description: "Share of the requests that arrived over mutual TLS.",
        unit: "percentunit",
        width: 6,
        queries: [{ expr: share(requests, asServed, mutual), legend: "mutual TLS" }],
        threshold: mtlsShare(mesh),
      },
      {
        kind: "stat",
        title: "Without mutual TLS",
        description: "Requests that arrived in plain text. The table below names the callers.",
        unit: "reqps",
        width: 6,
        queries: [{ expr: rate(requests, plain), legend: "plain text" }],
        threshold: some,
      },
      {
        kind: "stat",
        title: "Refused",
        description: "Requests answered with 403, by an AuthorizationPolicy or by the service itself.",
        unit: "reqps",
        width: 6,
        queries: [{ expr: rate(requests, refused), legend: "403" }],
        threshold: some,
      },
      {
        kind: "stat",
        title: "Without an identity",
        description: "Requests whose caller showed no certificate: no proxy, or a port excluded from it.",
        unit: "reqps",
        width: 6,
        queries: [{ expr: rate(requests, nameless), legend: "unknown" }],
        threshold: some,
      },
    ],
  };
}

function encryption(mesh: Mesh): Row {
  const tcp = mesh.services.some(({ ports }) => ports.some(({ protocol }) => !isHttp(protocol)));
  return {
    title: "Mutual TLS",
    panels: [
      {
        kind: "timeseries",
        title: "Mutual TLS by service",
        description:
          "Share of the requests to each service. A service below 1 has a PeerAuthentication that is not STRICT.",
        unit: "percentunit",
        width: tcp ? 12 : 24,
        queries: [
          {
            expr: share(requests, asServed, mutual, ["destination_service_name"]),
            legend: "{{destination_service_name}}",
          },
        ],
        threshold: mtlsShare(mesh),
      },
      ...(tcp
        ? ([
            {
              kind: "timeseries",
              title: "Mutual TLS of TCP by service",
              description: "Share of the new connections to each service that are not HTTP.",
              unit: "percentunit",
              width: 12,
              queries: [
                {
                  expr: share(opened, asServed, mutual, ["destination_service_name"]),
                  legend: "{{destination_service_name}}",
                },
              ],
              threshold: mtlsShare(mesh),
            },
          ] as const)
        : []),
      {
        kind: "table",
        title: "Callers without mutual TLS",
        description:
          "Who calls whom in plain text: callers outside of the mesh, or whose proxy is switched off.",
        width: 24,
        labels: {
          source_workload: "Caller",
          source_workload_namespace: "Namespace",
          destination_service_name: "Service",
          connection_security_policy: "Security",
        },
        columns: [
          {
            title: "Requests",
            unit: "reqps",
            expr: rate(requests, plain, [
              "source_workload",
              "source_workload_namespace",
              "destination_service_name",
              "connection_security_policy",
            ]),
          },
        ],
      },
    ],
  };
}

const denials: Row = {
  title: "Refused",
  panels: [
    {
      kind: "timeseries",
      title: "403 by service",
      description: "By an AuthorizationPolicy, or by the service itself.",
      unit: "reqps",
      width: 8,
      queries: [
        {
          expr: rate(requests, refused, ["destination_service_name"]),
          legend: "{{destination_service_name}}",
        },
      ],
    },
    {
      kind: "timeseries",
      title: "401 by service",
      description:
        "A token that is wrong, expired, or of another issuer (RequestAuthentication), or the service's own answer.",
      unit: "reqps",
      width: 8,
      queries: [
        {
          expr: rate(requests, unauthenticated, ["destination_service_name"]),
          legend: "{{destination_service_name}}",
        },
      ],
    },
    {
      kind: "timeseries",
      title: "Refused by RBAC",
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
      columns: [
        {
          title: "403",
          unit: "reqps",
          expr: rate(requests, refused, refusedBy),
        },
        {
          title: "401",
          unit: "reqps",
          expr: rate(requests, unauthenticated, refusedBy),
        },
      ],
    },
  ],
};

const handshakes: Row = {
  title: "Handshakes and certificates",
  panels: [
    {
      kind: "timeseries",
      title: "Failed handshakes",
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
      description: "Proxies that asked istiod for a certificate and could not prove who they are.",
      unit: "ops",
      width: 12,
      queries: [
        { expr: rate("citadel_server_authentication_failure_count", {}, ["pod"]), legend: "{{pod}}" },
      ],
    },
  ],
};
