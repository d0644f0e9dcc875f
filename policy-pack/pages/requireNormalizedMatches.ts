import type { Page } from "./page";

export const requireNormalizedMatchesPage: Page = {
  why: "Istio normalizes the path of a request before it is compared with a rule. A rule with a path that is not normalized, or with a method in lower case, never matches. A DENY rule of that kind has no effect.",
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
            methods: ["get"]`,
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
            methods: ["GET"]`,
  exempt:
    "Exempt objects of a mesh whose `pathNormalization` is `NONE`, if the rule lists paths in the form of its services.",
};
