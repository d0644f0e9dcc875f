import { facts } from "../facts";
import type { Page } from "./page";

export const restrictEgressPage: Page = {
  why: "By default every pod may connect to every external host, so a compromised pod can send data anywhere. With REGISTRY_ONLY, only hosts with a Service or a ServiceEntry are reachable.",
  wrong: `type: kubernetes:helm.sh/v3:Release
properties:
  name: istiod
  namespace: istio-system
  chart: istiod
  version: ${facts.istio.version}
  values:
    autoscaleMin: 2
    meshConfig:
      outboundTrafficPolicy:
        mode: ALLOW_ANY`,
  right: `type: kubernetes:helm.sh/v3:Release
properties:
  name: istiod
  namespace: istio-system
  chart: istiod
  version: ${facts.istio.version}
  values:
    autoscaleMin: 2
    meshConfig:
      outboundTrafficPolicy:
        mode: REGISTRY_ONLY`,
  exempt: "Exempt one Sidecar while the external hosts of its workload are being collected.",
};
