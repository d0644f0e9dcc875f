import type { Page } from "./page";

export const reportCoveragePage: Page = {
  why: "A run without violations prints nothing. This report states how many workloads are STRICT, and lists the exemptions that were applied or are no longer needed.",
  wrong: `apiVersion: apps/v1
kind: Deployment
metadata:
  name: catalog
  namespace: shop
spec:
  selector:
    matchLabels:
      app: catalog
  template:
    metadata:
      labels:
        app: catalog
    spec:
      containers:
        - name: catalog
          image: registry.example.com/catalog:1.4.2
          securityContext:
            runAsNonRoot: true`,
  right: `apiVersion: apps/v1
kind: Deployment
metadata:
  name: catalog
  namespace: shop
spec:
  selector:
    matchLabels:
      app: catalog
  template:
    metadata:
      labels:
        app: catalog
    spec:
      containers:
        - name: catalog
          image: registry.example.com/catalog:1.4.2
          securityContext:
            runAsNonRoot: true
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata:
  name: default
  namespace: shop
spec:
  mtls:
    mode: STRICT`,
  exempt: "Do not exempt it: it is a report.",
};
