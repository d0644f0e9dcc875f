import { series } from "../../../observability/promql";
import { type RuleCase, target } from "./case";

const workload = series("istio_agent_cert_expiry_seconds", {
  resource_name: "default",
  namespace: "shop",
  ...target("api-1"),
});
const root = series("citadel_server_root_cert_expiry_seconds", { ...target("istiod-1") });
const chain = series("citadel_server_cert_chain_expiry_seconds", { ...target("istiod-1") });
const refused = series("citadel_server_csr_sign_err_count", { error: "CA_ERROR", ...target("istiod-1") });
const unknown = series("citadel_server_authentication_failure_count", { ...target("istiod-1") });

const authority = (left: string) => ({
  severity: "critical" as const,
  summary: "The mesh's root certificate expires soon",
  description: `The mesh's root certificate, or an intermediate certificate, expires in ${left}. After that, no proxy certificate is valid.`,
});
const signing = (times: number) => ({
  severity: "warning" as const,
  summary: "istiod rejects certificate signing requests",
  description: `istiod rejected ${times} certificate signing requests within two minutes. Proxies without a new certificate can't connect when theirs expires.`,
});

export const certificates: readonly RuleCase[] = [
  {
    alert: "CertificateExpiringSoon",
    shows: "five and a half of 24 hours are left",
    series: { [workload]: "20000x10" },
    at: "6m",
    fires: [
      {
        severity: "critical",
        labels: { namespace: "shop", pod: "api-1" },
        summary: "The certificate of shop/api-1 was not renewed",
        description:
          "The certificate of shop/api-1 expires in 5h 33m 20s. Less than 25 % of its lifetime of 24h is left. It should have been renewed before.",
      },
    ],
  },
  {
    alert: "CertificateExpiringSoon",
    shows: "a certificate on the eve of its renewal is as it should be",
    series: { [workload]: "43260-60x10" },
    at: "10m",
    fires: [],
  },
  {
    alert: "CertificateExpiringSoon",
    shows: "a late renewal ends it",
    series: { [workload]: "21540-60x3 86400-60x10" },
    at: "8m",
    fires: [],
  },
  {
    alert: "CertificateExpiringSoon",
    shows: "the pod is gone, and its certificate with it",
    series: { [workload]: "20000-60x5 stale" },
    at: "12m",
    fires: [],
  },
  {
    alert: "CertificateExpiringSoon",
    shows: "only the certificate that says whom the pod trusts",
    series: {
      [series("istio_agent_cert_expiry_seconds", {
        resource_name: "ROOTCA",
        namespace: "shop",
        ...target("api-1"),
      })]: "20000x10",
    },
    at: "10m",
    fires: [],
  },
  {
    alert: "RootCertificateExpiringSoon",
    shows: "istiod signs none, because another authority does",
    series: {},
    at: "20m",
    fires: [],
  },
  {
    alert: "RootCertificateExpiringSoon",
    shows: "the root has 20 days left",
    series: { [root]: "1728000x30", [chain]: "86400000x30" },
    at: "16m",
    fires: [authority("20d 0h 0m 0s")],
  },
  {
    alert: "RootCertificateExpiringSoon",
    shows: "an authority below the root has a day left",
    series: { [root]: "86400000x30", [chain]: "86400x30" },
    at: "16m",
    fires: [authority("1d 0h 0m 0s")],
  },
  {
    alert: "RootCertificateExpiringSoon",
    shows: "both have years",
    series: { [root]: "315360000x30", [chain]: "315360000x30" },
    at: "20m",
    fires: [],
  },
  {
    alert: "CertificateSigningFailing",
    shows: "requests are refused again and again",
    series: { [refused]: "0+2x30" },
    at: "15m",
    fires: [signing(4)],
  },
  {
    alert: "CertificateSigningFailing",
    shows: "whoever asks can't prove who it is",
    series: { [unknown]: "0+1x30" },
    at: "15m",
    fires: [signing(2)],
  },
  {
    alert: "CertificateSigningFailing",
    shows: "what was refused long ago is over",
    series: { [refused]: "7x30", [unknown]: "7x30" },
    at: "20m",
    fires: [],
  },
];
