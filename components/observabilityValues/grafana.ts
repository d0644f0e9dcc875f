import type { ResourceValues } from "../values";
import type { EnabledValues, ImageRegistryValues, StrategyValues } from "./common";

/** Values of the chart `grafana`. See https://github.com/grafana-community/helm-charts/tree/main/charts/grafana */
export interface GrafanaValues {
  fullnameOverride?: string;
  global?: ImageRegistryValues;
  /** Number of pods. Default: 1. */
  replicas?: number;
  resources?: ResourceValues;
  podLabels?: Record<string, string>;
  podAnnotations?: Record<string, string>;
  affinity?: Record<string, any>;
  /** PodDisruptionBudget, for example `{ minAvailable: 1 }`. Default: none. */
  podDisruptionBudget?: Record<string, any>;
  admin?: GrafanaAdminValues;
  rbac?: GrafanaRbacValues;
  deploymentStrategy?: StrategyValues;
  persistence?: GrafanaPersistenceValues;
  /** A root container that changes the owner of the volume to Grafana's user. Default: enabled. */
  initChownData?: EnabledValues;
  /** A pod that tests the release. Default: enabled. */
  testFramework?: EnabledValues;
  service?: GrafanaServiceValues;
  sidecar?: GrafanaSidecarValues;
  /** Files with data sources, keyed by name. */
  datasources?: Record<string, any>;
  /** Files with the folders of dashboards, keyed by name. */
  dashboardProviders?: Record<string, any>;
  /** Dashboards, keyed by provider and name, for example from grafana.com. */
  dashboards?: Record<string, any>;
  downloadDashboards?: GrafanaDownloadValues;
  /**
   * Grafana's own configuration, keyed by section. See
   * https://grafana.com/docs/grafana/latest/setup-grafana/configure-grafana/
   */
  "grafana.ini"?: Record<string, any>;
}

export interface GrafanaAdminValues {
  /** Secret with the administrator's name and password. Default: none; the chart generates a password at each run. */
  existingSecret?: string;
  userKey?: string;
  passwordKey?: string;
}

/** Permissions of Grafana's service account. */
export interface GrafanaRbacValues {
  /**
   * Whether it may read ConfigMaps and Secrets of its own namespace only. Default: false; it may read those of all
   * namespaces.
   */
  namespaced?: boolean;
}

export interface GrafanaPersistenceValues {
  enabled?: boolean;
  size?: string;
  /** StorageClass of the volume. Default: the cluster's. */
  storageClassName?: string;
}

/** The container that fetches `dashboards` before Grafana starts. */
export interface GrafanaDownloadValues {
  securityContext?: Record<string, any>;
}

export interface GrafanaServiceValues {
  port?: number;
  portName?: string;
  appProtocol?: string;
}

export interface GrafanaSidecarValues {
  dashboards?: GrafanaDashboardsValues;
}

/** Dashboards from ConfigMaps. */
export interface GrafanaDashboardsValues {
  enabled?: boolean;
  /** Label of ConfigMaps with dashboards. Default: `grafana_dashboard`. */
  label?: string;
  labelValue?: string;
  /** Annotation that names the folder. Default: none. */
  folderAnnotation?: string;
  /** Namespaces to search, or `ALL`. Default: the release's. */
  searchNamespace?: string;
  /** `configmap`, `secret` or `both`. Default: `both`. */
  resource?: string;
  provider?: GrafanaProviderValues;
}

export interface GrafanaProviderValues {
  foldersFromFilesStructure?: boolean;
}
