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

/** A rate above 0. */
const some = { bad: "above", value: 0.001 } as const;
const refusedBy = [
  "source_workload",
  "source_workload_namespace",
  "source_principal",
  "destination_service_name",
] as const;

/** Callers without mutual TLS, and denied callers. */
export function security(mesh: Mesh, links: Links): DashboardDefinition {
  return {
    key: "security",
    title: `${mesh.name}: security`,
    description: "Encryption and identities of the calls, and denied callers.",
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
        description: "Ratio of the received requests and TCP connections with mutual TLS.",
        unit: "percentunit",
        width: 6,
        queries: [{ expr: mutualShare(asServed, window), legend: "mutual TLS" }],
        threshold: mtlsShare(mesh),
      },
      {
        kind: "stat",
        title: "Without mutual TLS",
        description: "Received plaintext requests and TCP connections. The table below names the callers.",
        unit: "ops",
        width: 6,
        queries: [{ expr: orZero(arrivals(inPlain, window), all), legend: "plaintext" }],
        threshold: some,
      },
      {
        kind: "stat",
        title: "Refused",
        description:
          "Requests that got 403 (gRPC PERMISSION_DENIED), from an AuthorizationPolicy or from the service itself.",
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
          "Requests and TCP connections of callers without a certificate: no proxy, or an excluded port.",
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
          "Ratio of the requests and TCP connections to each service. Below 1, the service has a PeerAuthentication that is not STRICT.",
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
          "Plaintext calls by caller and callee. The caller is outside of the mesh, or has no proxy.",
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
      description: "From an AuthorizationPolicy, or from the service itself; for gRPC PERMISSION_DENIED.",
      empty: "no denials",
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
      empty: "no denials",
      description:
        "A token that is invalid, expired, or of another issuer (RequestAuthentication), or the service's own response; for gRPC UNAUTHENTICATED.",
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
      title: "Denied by RBAC",
      empty: "no denials",
      description: "Requests that proxies denied because of an AuthorizationPolicy, by pod.",
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
      title: "Denied callers",
      description:
        "If the call is intended, add it to the caller's `calls`. Otherwise it is an unauthorized attempt.",
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
      title: "Rejected by istiod",
      empty: "no denials",
      description: "Proxies that requested a certificate and that istiod could not authenticate.",
      unit: "ops",
      width: 12,
      queries: [
        { expr: rate("citadel_server_authentication_failure_count", {}, ["pod"]), legend: "{{pod}}" },
      ],
    },
  ],
};
