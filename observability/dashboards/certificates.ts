import type { Mesh } from "../../catalog";
import { series } from "../promql";
import type { DashboardDefinition, Row } from "./definition";
import { rate } from "./expressions";
import { certificateLeft } from "./thresholds";
import { namespaces } from "./variables";

/** The agent reports two certificates: the workload's own, and the root certificate that it trusts. */
const own = series("istio_agent_cert_expiry_seconds", { resource_name: "default", namespace: /$namespace/ });

/** The expiry of certificates, and whether istiod issues new ones. */
export function certificates(mesh: Mesh): DashboardDefinition {
  return {
    key: "certificates",
    title: `${mesh.name}: certificates`,
    description: "Time left of workload and root certificates, and whether istiod issues new ones.",
    variables: [namespaces(mesh)],
    rows: [now(mesh), workloads(mesh), issuance],
  };
}

const day = 24 * 60 * 60;

function now(mesh: Mesh): Row {
  return {
    title: "Now",
    panels: [
      {
        kind: "stat",
        title: "Shortest workload certificate",
        empty: "no proxy metrics",
        description: `Time left of the certificate that expires first. A proxy renews its certificate when about ${mesh.certificates.renewAt} % of its lifetime are left.`,
        unit: "s",
        width: 6,
        queries: [{ expr: `min(${own})`, legend: "left" }],
        threshold: certificateLeft(mesh),
      },
      {
        kind: "stat",
        title: "Root certificate",
        empty: "no istiod metrics",
        description:
          "Time left of the root certificate. Replacing it takes weeks, because every workload must trust both for a time.",
        unit: "s",
        width: 6,
        queries: [{ expr: `min(${series("citadel_server_root_cert_expiry_seconds")})`, legend: "left" }],
        threshold: { bad: "below", value: 30 * day },
      },
      {
        kind: "stat",
        title: "Signing certificate",
        empty: "no istiod metrics",
        description:
          "Time left of istiod's signing certificate: the intermediate, or istiod's self-signed root certificate.",
        unit: "s",
        width: 6,
        queries: [{ expr: `min(${series("citadel_server_cert_chain_expiry_seconds")})`, legend: "left" }],
        threshold: { bad: "below", value: 30 * day },
      },
      {
        kind: "stat",
        title: "Issued",
        empty: "no istiod metrics",
        description: "Certificates that istiod signs per second.",
        unit: "ops",
        width: 6,
        queries: [{ expr: rate("citadel_server_success_cert_issuance_count", {}), legend: "issued" }],
      },
    ],
  };
}

const workloads = (mesh: Mesh): Row => ({
  title: "Workload certificates",
  panels: [
    {
      kind: "timeseries",
      title: "Time left by namespace",
      empty: "no proxy metrics",
      description: `Time left of the certificate that expires first. A healthy line falls to about ${mesh.certificates.renewAt} % of the lifetime and rises again.`,
      unit: "s",
      width: 12,
      queries: [{ expr: `min by (namespace) (${own})`, legend: "{{namespace}}" }],
      threshold: certificateLeft(mesh),
    },
    {
      kind: "table",
      title: "Expiring first",
      description:
        "The ten pods whose certificate expires first. Red: `CertificateExpiringSoon` fires. If the certificate is not renewed, restart the pod: `kubectl rollout restart`.",
      width: 12,
      labels: { namespace: "Namespace", pod: "Pod" },
      columns: [
        {
          title: "Time left",
          unit: "s",
          expr: `bottomk(10, min by (namespace, pod) (${own}))`,
          threshold: certificateLeft(mesh),
        },
      ],
    },
  ],
});

const issuance: Row = {
  title: "Issuing",
  panels: [
    {
      kind: "timeseries",
      title: "Requested and issued",
      empty: "no istiod metrics",
      description: "The two lines are equal if every request succeeds.",
      unit: "ops",
      width: 8,
      queries: [
        { expr: rate("citadel_server_csr_count", {}), legend: "requested" },
        { expr: rate("citadel_server_success_cert_issuance_count", {}), legend: "issued" },
      ],
    },
    {
      kind: "timeseries",
      title: "Not issued",
      empty: "no rejections",
      description:
        "Signing requests that istiod rejected, by error, and proxies that it could not authenticate. istiod rejects a lifetime above its MAX_WORKLOAD_CERT_TTL.",
      unit: "ops",
      width: 8,
      queries: [
        { expr: rate("citadel_server_csr_sign_err_count", {}, ["error"]), legend: "{{error}}" },
        { expr: rate("citadel_server_authentication_failure_count", {}), legend: "not authenticated" },
      ],
    },
    {
      kind: "timeseries",
      title: "Failed agent requests",
      empty: "no failures",
      description: "Failed requests of the agents beside the proxies, for example to istiod.",
      unit: "ops",
      width: 8,
      queries: [
        {
          expr: rate("istio_agent_num_failed_outgoing_requests", { namespace: /$namespace/ }, ["pod"]),
          legend: "{{pod}}",
        },
      ],
    },
  ],
};
