import { formatDuration } from "../../catalog";
import { lately, occurrences, series } from "../promql";
import type { RuleGroupOf } from "./rule";

/** Days that are needed to replace an authority without haste. */
const replaceAuthority = 30;

/** The proxies' certificates, and the authority that signs them. They live as long for every proxy of the mesh. */
export const certificates: RuleGroupOf = (mesh) => {
  const { lifetime, alertAt } = mesh.certificates;
  const left = Math.round((lifetime / 1000) * (alertAt / 100));
  const soon = `< ${replaceAuthority * 24 * 3600}`;
  return {
    name: "certificates",
    rules: [
      {
        alert: "CertificateExpiringSoon",
        expr: `min by (namespace, pod) (${series("istio_agent_cert_expiry_seconds", { resource_name: "default" })}) < ${left}`,
        for: "5m",
        severity: "critical",
        summary: "The certificate of {{ $labels.namespace }}/{{ $labels.pod }} isn't renewed",
        description: `The certificate of {{ $labels.namespace }}/{{ $labels.pod }} expires in {{ $value | humanizeDuration }}. Of its ${formatDuration(lifetime)} less than ${alertAt} % is left, and it should have been renewed long before.`,
      },
      {
        alert: "RootCertificateExpiringSoon",
        expr:
          `min(${series("citadel_server_root_cert_expiry_seconds")}) ${soon}` +
          ` or min(${series("citadel_server_cert_chain_expiry_seconds")}) ${soon}`,
        for: "15m",
        severity: "critical",
        summary: "The mesh's certificate authority expires soon",
        description:
          "The certificate authority of the mesh, or a link of its chain, expires in {{ $value | humanizeDuration }}. Then no certificate of any proxy is worth anything.",
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
        summary: "istiod refuses to sign certificates",
        description:
          'istiod has refused {{ $value | printf "%.0f" }} requests for certificates within two minutes. Proxies that can\'t renew theirs are cut off when it expires.',
      },
    ],
  };
};
