import type { Page } from "./page";

export const requireSafePatternsPage: Page = {
  why: "Paths, methods and hosts have many spellings. If a request does not match an ALLOW list, it is denied, which is safe. If it does not match a DENY list, or an exception of an ALLOW rule, it is allowed. If it does not match a list of a CUSTOM rule, the external authorizer does not decide it.",
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
            namespaces: ["shop"]
      to:
        - operation:
            notPaths: ["/admin"]`,
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
            namespaces: ["shop"]
      to:
        - operation:
            paths: ["/items", "/items/*"]`,
  exempt:
    "Exempt a DENY rule as a short-term fix of a vulnerability, while the allowed paths are being listed.",
};
