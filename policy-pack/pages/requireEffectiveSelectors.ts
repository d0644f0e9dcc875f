import type { Page } from "./page";

export const requireEffectiveSelectorsPage: Page = {
  why: "Istio ignores the selector of an object for pods of a Gateway of the Gateway API. An AuthorizationPolicy with such a selector denies nothing, and nothing reports that in the cluster.",
  wrong: `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: office-only
  namespace: shop
spec:
  selector:
    matchLabels:
      gateway.networking.k8s.io/gateway-name: public
  action: DENY
  rules:
    - from:
        - source:
            notIpBlocks: ["10.0.0.0/8"]`,
  right: `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: office-only
  namespace: shop
spec:
  targetRefs:
    - group: gateway.networking.k8s.io
      kind: Gateway
      name: public
  action: DENY
  rules:
    - from:
        - source:
            notIpBlocks: ["10.0.0.0/8"]`,
  exempt: "Do not exempt it: the object has no effect.",
};
