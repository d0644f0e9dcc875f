import { facts } from "../facts";
import type { Page } from "./page";

export const restrictControlPlanePage: Page = {
  why: "Environment variables, mesh config and other values of istiod can disable authentication, add certificate authorities or send proxies to another control plane. So only values known to be harmless are allowed. Values that policies cannot read are refused.",
  wrong: `type: kubernetes:helm.sh/v3:Release
properties:
  name: istiod
  namespace: istio-system
  chart: istiod
  version: ${facts.istio.version}
  values:
    autoscaleMin: 2
    env:
      XDS_AUTH: "false"`,
  right: `type: kubernetes:helm.sh/v3:Release
properties:
  name: istiod
  namespace: istio-system
  chart: istiod
  version: ${facts.istio.version}
  values:
    autoscaleMin: 2
    env:
      MAX_WORKLOAD_CERT_TTL: 24h`,
  exempt:
    "Exempt a release while a value is under review. After the review, add its path to `istiodValues` or `gatewayValues`.",
};
