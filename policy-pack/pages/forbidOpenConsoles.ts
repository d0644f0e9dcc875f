import type { Page } from "./page";

export const forbidOpenConsolesPage: Page = {
  why: "Kiali and Grafana show the call graph of the platform. Without a login, every client in the cluster can read it. The admin API of Prometheus deletes data without a login.",
  wrong: `type: kubernetes:helm.sh/v3:Release
properties:
  name: kiali
  namespace: monitoring
  chart: kiali-server
  version: 2.29.0
  values:
    auth:
      strategy: anonymous
    deployment:
      view_only_mode: true`,
  right: `type: kubernetes:helm.sh/v3:Release
properties:
  name: kiali
  namespace: monitoring
  chart: kiali-server
  version: 2.29.0
  values:
    auth:
      strategy: token
    deployment:
      view_only_mode: true`,
  exempt: "Exempt a console that is only reachable through a proxy with its own login.",
};
