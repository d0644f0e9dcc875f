import { facts } from "../facts";
import type { Page } from "./page";

export const requireMeshWideStrictPage: Page = {
  why: "By default every sidecar accepts mTLS and plaintext. A client without a certificate can then call every service, and its identity is unknown. Mode STRICT in the root namespace changes the default of the whole mesh.",
  wrong: `type: kubernetes:helm.sh/v3:Release
properties:
  name: istiod
  namespace: istio-system
  chart: istiod
  version: ${facts.istio.version}
  values:
    autoscaleMin: 2`,
  right: `type: kubernetes:helm.sh/v3:Release
properties:
  name: istiod
  namespace: istio-system
  chart: istiod
  version: ${facts.istio.version}
  values:
    autoscaleMin: 2
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata:
  name: default
  namespace: istio-system
spec:
  mtls:
    mode: STRICT`,
  exempt:
    "Exempt the root namespace only during a migration, while workloads without a sidecar still call the mesh. In a stack that does not own the mesh, set `requiredIn` to `control-planes` instead.",
};
