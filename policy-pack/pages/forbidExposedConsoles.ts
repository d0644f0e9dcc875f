import type { Page } from "./page";

export const forbidExposedConsolesPage: Page = {
  why: "A Service of type LoadBalancer or NodePort is reachable without passing a gateway, so neither its TLS nor its authorization applies. Prometheus, Alertmanager and Jaeger have no login.",
  wrong: `type: kubernetes:helm.sh/v3:Release
properties:
  name: grafana
  namespace: monitoring
  chart: grafana
  version: 2.29.0
  values:
    service:
      type: LoadBalancer`,
  right: `type: kubernetes:helm.sh/v3:Release
properties:
  name: grafana
  namespace: monitoring
  chart: grafana
  version: 2.29.0
  values:
    service:
      type: ClusterIP`,
  exempt: "Exempt a Service whose load balancer is internal and has its own authentication.",
};
