import { dashboardLabel, folderAnnotation, istioDashboardUrls, toolUrl, tools } from "../../observability";
import { apart } from "../apart";
import type { GrafanaValues } from "../observabilityValues";
import { confined, registry, type Context } from "./context";

/** Secret with the name and password of Grafana's administrator. */
export const grafanaAdmin = {
  secret: "grafana-admin",
  userKey: "admin-user",
  passwordKey: "admin-password",
} as const;

/** Values of Grafana, which reads its data sources and dashboards from the cluster. */
export function grafanaValues({ namespace, grafana = {}, ...context }: Context): GrafanaValues {
  const { replicas = 1, storage, resources, exposure } = grafana;
  const { service, port, portName } = tools.grafana;
  const { secret, userKey, passwordKey } = grafanaAdmin;
  const [[label, labelValue]] = Object.entries(dashboardLabel) as [[string, string]];
  return {
    fullnameOverride: service,
    ...registry(context.imageRegistry),
    replicas,
    ...(resources && { resources }),
    podLabels: { app: service },
    ...(replicas > 1 && { affinity: apart({ app: service }), podDisruptionBudget: { minAvailable: 1 } }),
    admin: { existingSecret: secret, userKey, passwordKey },
    // fsGroup gives Grafana access to the volume, without a container that runs as root.
    initChownData: { enabled: false },
    testFramework: { enabled: false },
    // Dashboards are in its own namespace; otherwise it could read every Secret of the cluster.
    rbac: { namespaced: true },
    ...(storage !== undefined && {
      // A volume belongs to one pod, so the old pod must stop before the new one starts.
      deploymentStrategy: { type: "Recreate" },
      persistence: {
        enabled: true,
        size: storage,
        ...(context.storageClass !== undefined && { storageClassName: context.storageClass }),
      },
    }),
    service: { port, portName, appProtocol: "http" },
    sidecar: {
      dashboards: {
        enabled: true,
        label,
        labelValue,
        folderAnnotation,
        searchNamespace: namespace,
        resource: "configmap",
        provider: { foldersFromFilesStructure: true },
      },
    },
    ...(context.istioDashboards !== undefined && istioDashboards(context.istioDashboards)),
    datasources: { "datasources.yaml": { apiVersion: 1, datasources: dataSources(namespace) } },
    "grafana.ini": {
      analytics: { check_for_updates: false, check_for_plugin_updates: false, reporting_enabled: false },
      // Data sources are plugins of the image. To update one from grafana.com, Grafana would unload it first.
      plugins: { preinstall_disabled: true },
      users: { allow_sign_up: false },
      ...(exposure && {
        server: { domain: exposure.host, root_url: `https://${exposure.host}` },
        security: { cookie_secure: true },
      }),
    },
  };
}

/** Istio's own dashboards, which Grafana fetches before it starts. */
function istioDashboards(version: string): GrafanaValues {
  const [provider, path] = ["istio", "/var/lib/grafana/dashboards/istio"];
  return {
    dashboardProviders: {
      "dashboardproviders.yaml": {
        apiVersion: 1,
        providers: [{ name: provider, folder: "Istio", type: "file", options: { path } }],
      },
    },
    dashboards: { [provider]: istioDashboardUrls(version) },
    // Before Kubernetes 1.33 an init container runs before its proxy, and redirected traffic is lost. As the proxy's
    // own user its traffic is not redirected.
    downloadDashboards: { securityContext: { ...confined, runAsUser: 1337 } },
  };
}

function dataSources(namespace: string): object[] {
  return [
    {
      name: "Prometheus",
      uid: "prometheus",
      type: "prometheus",
      access: "proxy",
      url: toolUrl("prometheus", namespace),
      isDefault: true,
      jsonData: { timeInterval: "15s" },
    },
    { name: "Jaeger", uid: "jaeger", type: "jaeger", access: "proxy", url: toolUrl("jaeger", namespace) },
  ];
}
