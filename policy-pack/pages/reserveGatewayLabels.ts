import type { Page } from "./page";

export const reserveGatewayLabelsPage: Page = {
  why: "A Gateway applies to every pod with the selected labels, in every namespace. A pod that only has the label of a gateway gets the routes and TLS certificates of that gateway.",
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
        istio: ingressgateway
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
        istio: ingressgateway
    spec:
      containers:
        - name: istio-proxy
          image: auto`,
  exempt:
    "Do not exempt it. If applications use the label `istio` for other purposes, change the setting `labels`.",
};
