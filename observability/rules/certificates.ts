import { formatDuration } from "../../catalog";
import { lately, occurrences, series } from "../promql";
import type { RuleGroupOf } from "./rule";

/** Days that are needed to replace a CA without hurry. With less left, an alert fires and `meshwright status` warns. */
export const caReplacementDays = 30;

/**
 * The proxies' certificates, and the CA that signs them. All proxies of the mesh have the same certificate lifetime.
 */
export const certificates: RuleGroupOf = (mesh) => {
  const { lifetime, alertAt } = mesh.certificates;
  const left = Math.round((lifetime / 1000) * (alertAt / 100));
  const soon = `< ${caReplacementDays * 24 * 3600}`;
  return {
    name: "certificates",
    rules: [
      {
        alert: "CertificateExpiringSoon",
        expr: `min by (namespace, pod) (${series("istio_agent_cert_expiry_seconds", { resource_name: "default" })}) < ${left}`,
        for: "5m",
        severity: "critical",
        summary: "The certificate of {{ $labels.namespace }}/{{ $labels.pod }} was not renewed",
        description: `The certificate of {{ $labels.namespace }}/{{ $labels.pod }} expires in {{ $value | humanizeDuration }}. Less than ${alertAt} % of its lifetime of ${formatDuration(lifetime)} is left. It should have been renewed before.`,
      },
      {
        alert: "RootCertificateExpiringSoon",
        expr:
          `min(${series("citadel_server_root_cert_expiry_seconds")}) ${soon}` +
          ` or min(${series("citadel_server_cert_chain_expiry_seconds")}) ${soon}`,
        for: "15m",
        severity: "critical",
        summary: "The mesh's root certificate expires soon",
        description:
          "The mesh's root certificate, or an intermediate certificate, expires in {{ $value | humanizeDuration }}. After that, no proxy certificate is valid.",
      },
      {
        alert: "CertificateSigningFailing",
        expr: [
          series("citadel_server_csr_sign_err_count"),
          series("citadel_server_authentication_failure_count"),
        ]
          .map((counter) => occurrences(counter, [], lately))
          .join(" or "),
        for: "5m",
        severity: "warning",
        summary: "istiod rejects certificate signing requests",
        description:
          'istiod rejected {{ $value | printf "%.0f" }} certificate signing requests within two minutes. Proxies without a new certificate can\'t connect when theirs expires.',
      },
    ],
  };
};
