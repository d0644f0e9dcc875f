import type { Page } from "./page";

export const requireSafeEffectsPage: Page = {
  why: "Objects that are harmless alone can have a harmful effect together. Examples are two rules that allow every request between them, a patch that changes the host of a DestinationRule, and a misspelled selector. The policy reads all objects of the stack into a model of what proxies do with them. It then looks for a request that shows the effect. It reports no fault that another policy reports.",
  wrong: `apiVersion: v1
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
spec: {}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
  namespace: shop
spec:
  template:
    metadata:
      labels:
        app: cart
    spec:
      containers:
        - name: cart
          image: registry.example.com/cart:1.4.2
          ports:
            - containerPort: 8080
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: cart
  namespace: shop
spec:
  selector:
    matchLabels:
      app: cart
  rules:
    - when:
        - key: request.headers[user-agent]
          values: ["Mozilla/*"]`,
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
spec: {}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
  namespace: shop
spec:
  template:
    metadata:
      labels:
        app: cart
    spec:
      containers:
        - name: cart
          image: registry.example.com/cart:1.4.2
          ports:
            - containerPort: 8080
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: cart
  namespace: shop
spec:
  selector:
    matchLabels:
      app: cart
  rules:
    - from:
        - source:
            principals: ["cluster.local/ns/shop/sa/web"]`,
  exempt:
    "Exempt a workload that is public on purpose and behind no gateway. Also exempt a workload whose external " +
    "authorizer decides about every request and has been reviewed.",
};
