import type { Page } from "./page";

export const requireTokenRulesPage: Page = {
  why: "A RequestAuthentication rejects invalid tokens, but accepts requests without a token. Only an AuthorizationPolicy can require a token. Without one, the RequestAuthentication protects nothing.",
  wrong: `apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata:
  name: default
  namespace: shop
spec:
  jwtRules:
    - issuer: https://auth.example.com
      jwksUri: https://auth.example.com/jwks`,
  right: `apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata:
  name: default
  namespace: shop
spec:
  jwtRules:
    - issuer: https://auth.example.com
      jwksUri: https://auth.example.com/jwks
---
apiVersion: security.istio.io/v1
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
            requestPrincipals: ["https://auth.example.com/*"]`,
  exempt:
    "Exempt a RequestAuthentication whose workload reads optional tokens itself. If an object of another stack requires the token, use `excludeFor`.",
};
