import type { Page } from "./page";

export const boundCapabilitiesPage: Page = {
  why: "A container with NET_ADMIN can change the iptables rules of its pod and send traffic past the sidecar. A privileged container can do that for the whole node. Applications do not require these capabilities.",
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
            runAsNonRoot: true
            capabilities:
              add: ["NET_ADMIN"]`,
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
    "Exempt system components such as storage drivers. If all workloads require a capability, add it to `capabilities`.",
};
