import type { Page } from "./page";

export const flagCaptureBypassesPage: Page = {
  why: "Traffic that bypasses the sidecar is neither encrypted, authorized, limited nor measured. Some protocols require a bypass, for example those in which the server sends first. Each bypass must therefore be on the list of the organization.",
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
      annotations:
        traffic.sidecar.istio.io/excludeOutboundPorts: "5432"
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
  exempt: "Do not exempt pods. Add the port to `allowedOutboundPorts` or `allowedInboundPorts`.",
};
