import type { Page } from "./page";

export const requirePinnedVersionsPage: Page = {
  why: "Without pinned versions, the same program can install another version later, without a reviewed change. A tag such as latest moves.",
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
          image: registry.example.com/catalog:latest
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
  exempt: "Exempt workloads of a development environment that deploys the newest build.",
};
