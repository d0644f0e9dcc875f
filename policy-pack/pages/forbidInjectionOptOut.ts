import type { Page } from "./page";

export const forbidInjectionOptOutPage: Page = {
  why: "One label or annotation excludes a pod from the mesh, although its namespace is in the mesh. Its traffic is then neither encrypted nor authorized. Some values of istiod do that for all pods.",
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
        sidecar.istio.io/inject: "false"
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
            runAsNonRoot: true`,
  exempt:
    "Exempt a pod that cannot run a sidecar, such as a node agent. If possible, move it to a namespace outside the mesh instead.",
};
