import type { Page } from "./page";

export const forbidWeakerMtlsPage: Page = {
  why: "A PeerAuthentication of a namespace, workload or port overrides mesh-wide STRICT. A DestinationRule with another TLS mode makes callers send plaintext or present another certificate. One such object exposes the traffic of a service.",
  wrong: `apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata:
  name: default
  namespace: shop
spec:
  mtls:
    mode: PERMISSIVE`,
  right: `apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata:
  name: default
  namespace: shop
spec:
  mtls:
    mode: STRICT`,
  exempt:
    "Exempt one PeerAuthentication that selects one workload, while its clients move into the mesh. Database clients that cannot use mTLS are better reached through an egress gateway.",
};
