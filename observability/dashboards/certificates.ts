import type { Mesh } from "../../catalog";
import { series } from "../promql";
import type { DashboardDefinition, Row } from "./definition";
import { rate } from "./expressions";
import { certificateLeft } from "./thresholds";
import { namespaces } from "./variables";

/** The agent reports two: the workload's own certificate, and the root that it trusts. */
const own = series("istio_agent_cert_expiry_seconds", { resource_name: "default", namespace: /$namespace/ });

/** How long certificates still hold, and whether new ones are issued. */
export function certificates(mesh: Mesh): DashboardDefinition {
  return {
    key: "certificates",
    title: `${mesh.name}: certificates`,
    description: "How long workload and root certificates still hold, and whether istiod issues new ones.",
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
        empty: "no proxy answers",
        description: `Time left of the one that ends first. A proxy renews its own when about ${mesh.certificates.renewAt} % of its lifetime are left.`,
        unit: "s",
        width: 6,
        queries: [{ expr: `min(${own})`, legend: "left" }],
        threshold: certificateLeft(mesh),
      },
      {
        kind: "stat",
        title: "Root certificate",
        empty: "istiod signs none",
        description:
          "Time left. Replacing it takes weeks, because every workload must trust both for a time.",
        unit: "s",
        width: 6,
        queries: [{ expr: `min(${series("citadel_server_root_cert_expiry_seconds")})`, legend: "left" }],
        threshold: { bad: "below", value: 30 * day },
      },
      {
        kind: "stat",
        title: "Signing certificate",
        empty: "istiod signs none",
        description:
          "Time left of the intermediate by which istiod signs; the root itself where istiod made its own.",
        unit: "s",
        width: 6,
        queries: [{ expr: `min(${series("citadel_server_cert_chain_expiry_seconds")})`, legend: "left" }],
        threshold: { bad: "below", value: 30 * day },
      },
      {
        kind: "stat",
        title: "Issued",
        empty: "istiod signs none",
        description: "Certificates that istiod signed per second.",
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
      empty: "no proxy answers",
      description: `Of the certificate that ends first. A healthy line is a saw: it falls to about ${mesh.certificates.renewAt} % of the lifetime and rises again.`,
      unit: "s",
      width: 12,
      queries: [{ expr: `min by (namespace) (${own})`, legend: "{{namespace}}" }],
      threshold: certificateLeft(mesh),
    },
    {
      kind: "table",
      title: "Ending first",
      description:
        "The ten pods whose certificate ends first; red where `CertificateExpiringSoon` fires. Restart the pod if it does not renew: `kubectl rollout restart`.",
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
      title: "Asked for and issued",
      empty: "istiod signs none",
      description: "The two lines are one while all is well.",
      unit: "ops",
      width: 8,
      queries: [
        { expr: rate("citadel_server_csr_count", {}), legend: "asked for" },
        { expr: rate("citadel_server_success_cert_issuance_count", {}), legend: "issued" },
      ],
    },
    {
      kind: "timeseries",
      title: "Not issued",
      empty: "none was refused",
      description:
        "Requests that istiod could not sign, by its error, and proxies that could not prove who they are. A lifetime above istiod's MAX_WORKLOAD_CERT_TTL is refused.",
      unit: "ops",
      width: 8,
      queries: [
        { expr: rate("citadel_server_csr_sign_err_count", {}, ["error"]), legend: "{{error}}" },
        { expr: rate("citadel_server_authentication_failure_count", {}), legend: "not authenticated" },
      ],
    },
    {
      kind: "timeseries",
      title: "Agents that fail",
      empty: "none failed",
      description: "Requests of the agents beside the proxies, to istiod for example, that failed.",
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
