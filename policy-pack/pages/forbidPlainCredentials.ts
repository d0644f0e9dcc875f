import type { Page } from "./page";

export const forbidPlainCredentialsPage: Page = {
  why: "Helm stores all values of a release in the cluster, and charts write them to ConfigMaps. A client with read access to these can use the credentials. References to Secrets do not have that problem.",
  wrong: `type: kubernetes:helm.sh/v3:Release
properties:
  name: grafana
  namespace: monitoring
  chart: grafana
  version: 2.29.0
  values:
    adminPassword: hunter2`,
  right: `type: kubernetes:helm.sh/v3:Release
properties:
  name: grafana
  namespace: monitoring
  chart: grafana
  version: 2.29.0
  values:
    admin:
      existingSecret: grafana-admin
      passwordKey: admin-password`,
  exempt:
    "Do not exempt it. A chart without a value for a Secret can read the credential from an environment variable.",
};
