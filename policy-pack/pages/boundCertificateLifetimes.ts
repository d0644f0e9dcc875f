import { facts } from "../facts";
import type { Page } from "./page";

export const boundCertificateLifetimesPage: Page = {
  why: "A stolen workload certificate is valid until it expires, because Istio does not revoke certificates. Short lifetimes limit that time. Proxies that request a longer lifetime than istiod signs get no certificate and do not start.",
  wrong: `type: kubernetes:helm.sh/v3:Release
properties:
  name: istiod
  namespace: istio-system
  chart: istiod
  version: ${facts.istio.version}
  values:
    meshConfig:
      defaultConfig:
        proxyMetadata:
          SECRET_TTL: 48h
    env:
      MAX_WORKLOAD_CERT_TTL: 24h`,
  right: `type: kubernetes:helm.sh/v3:Release
properties:
  name: istiod
  namespace: istio-system
  chart: istiod
  version: ${facts.istio.version}
  values:
    meshConfig:
      defaultConfig:
        proxyMetadata:
          SECRET_TTL: 12h
    env:
      MAX_WORKLOAD_CERT_TTL: 24h`,
  exempt: "Do not exempt it. If the organization requires other limits, set `longest` and `shortest`.",
};
