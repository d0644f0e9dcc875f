import type { Page } from "./page";

export const restrictPodAnnotationsPage: Page = {
  why: "Annotations of a pod change its proxy: the bootstrap configuration, the image, the control plane and the volumes. Many of them can disable mTLS and authorization. So only annotations known to be harmless are allowed.",
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
        sidecar.istio.io/bootstrapOverride: my-bootstrap
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
      annotations:
        sidecar.istio.io/proxyCPU: 100m
        proxy.istio.io/config: "terminationDrainDuration: 30s"
    spec:
      containers:
        - name: catalog
          image: registry.example.com/catalog:1.4.2
          securityContext:
            runAsNonRoot: true`,
  exempt:
    "Exempt a pod while an annotation is under review. After the review, add the annotation to `allowedAnnotations`.",
};
