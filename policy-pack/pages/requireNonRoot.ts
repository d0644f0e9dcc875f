import type { Page } from "./page";

export const requireNonRootPage: Page = {
  why: "Root in a container can switch to the user 1337, whose traffic is not redirected to the sidecar. It also makes an escape from the container easier. Istio recommends other user IDs for applications.",
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
          image: registry.example.com/catalog:1.4.2`,
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
  exempt: "Exempt an image that cannot run as another user until it is rebuilt.",
};
