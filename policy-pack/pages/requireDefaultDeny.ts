import type { Page } from "./page";

export const requireDefaultDenyPage: Page = {
  why: "A workload accepts every request until an AuthorizationPolicy selects it. With a default deny, a workload without its own policy rejects requests instead. So a forgotten policy shows up in tests and does not expose the workload.",
  wrong: `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    istio-injection: enabled`,
  right: `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    istio-injection: enabled
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: default-deny
  namespace: shop
spec: {}`,
  exempt:
    'Exempt a namespace while its call paths are still being collected, for example with `istio.io/dry-run: "true"`. Namespaces of gateway releases are ignored.',
};
