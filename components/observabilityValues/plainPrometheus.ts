import type { ResourceValues } from "../values";
import type { EnabledValues, ImageValues, ServiceAccountValues } from "./common";

/**
 * Values of the chart `prometheus`, Prometheus without the operator.
 * See https://github.com/prometheus-community/helm-charts/tree/main/charts/prometheus
 */
export interface PlainPrometheusValues {
  serviceAccounts?: PlainPrometheusAccounts;
  server?: PlainPrometheusServerValues;
  configmapReload?: ConfigmapReloadValues;
  alertmanager?: EnabledValues;
  "kube-state-metrics"?: EnabledValues;
  "prometheus-node-exporter"?: EnabledValues;
  "prometheus-pushgateway"?: EnabledValues;
  /**
   * Scrape jobs, keyed by name; `{ enabled: false }` removes a job. Default: nodes, the API server, Services and pods.
   */
  scrapeConfigs?: Record<string, any>;
  /** Further configuration files, keyed by name, mainly rules. */
  serverFiles?: Record<string, any>;
}

export interface PlainPrometheusAccounts {
  server?: ServiceAccountValues;
}

export interface ConfigmapReloadValues {
  prometheus?: ConfigmapReloadPrometheusValues;
}

export interface ConfigmapReloadPrometheusValues {
  image?: ImageValues;
  containerSecurityContext?: Record<string, any>;
}

export interface PlainPrometheusServerValues {
  fullnameOverride?: string;
  image?: ImageValues;
  /** Number of pods. More than one require `statefulSet`. Default: 1. */
  replicaCount?: number;
  retention?: string;
  retentionSize?: string;
  resources?: ResourceValues;
  podLabels?: Record<string, string>;
  podAnnotations?: Record<string, string>;
  affinity?: Record<string, any>;
  containerSecurityContext?: Record<string, any>;
  global?: ScrapeGlobalValues;
  service?: ServicePortValues;
  persistentVolume?: PersistentVolumeValues;
  /** A StatefulSet instead of a Deployment. Default: disabled. */
  statefulSet?: EnabledValues;
  podDisruptionBudget?: EnabledValues;
  /** Alertmanagers that receive the alerts, in the form of Prometheus' configuration. Default: none. */
  alertmanagers?: any[];
  /** URL of Prometheus for users. Default: none. */
  baseURL?: string;
}

export interface ScrapeGlobalValues {
  scrape_interval?: string;
  evaluation_interval?: string;
}

export interface ServicePortValues {
  servicePort?: number;
}

export interface PersistentVolumeValues {
  enabled?: boolean;
  size?: string;
  /** StorageClass of the volume. Default: the cluster's. */
  storageClass?: string;
}
