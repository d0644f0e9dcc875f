import type { Page } from "./page";

export const forbidAllowAllPage: Page = {
  why: "ALLOW rules are additive: a request is allowed if one rule matches. One rule that matches every request therefore overrides all other rules of the workload, also those in other objects.",
  wrong: `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: catalog
  namespace: shop
spec:
  selector:
    matchLabels:
      app: catalog
  action: ALLOW
  rules:
    - from:
        - source:
            principals: ["*"]`,
  right: `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: catalog
  namespace: shop
spec:
  selector:
    matchLabels:
      app: catalog
  action: ALLOW
  rules:
    - from:
        - source:
            principals: ["cluster.local/ns/shop/sa/cart"]`,
  exempt:
    "Exempt a public endpoint that is called by clients without an identity. Instead of an exemption, list its paths: a rule without `from`, but with `to.operation.paths`, is accepted.",
};
