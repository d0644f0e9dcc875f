import type { ResourceValues } from "./values";

/**
 * Typed values of the add-ons' Helm charts: the values that this package sets or that users need most often. A misspelt
 * value does not compile. A test compares every name with the charts' own `values.yaml`.
 *
 * The interfaces use only what Pulumi can infer a schema from, so that Python, Go and YAML programs have them, too.
 */

/** Registry of a chart's images. */
export interface ImageRegistryValues {
  /** Registry that replaces the images' own. Default: the images' own. */
  imageRegistry?: string;
}

/** An image. */
export interface ImageValues {
  repository?: string;
  tag?: string;
  /** Digest, which takes precedence over the tag. Default: none. */
  digest?: string;
}

/** Whether a part of a chart is enabled. */
export interface EnabledValues {
  enabled?: boolean;
}

/** Service account of a workload's pods. */
export interface ServiceAccountValues {
  /** Name of the service account. Default: the workload's name. */
  name?: string;
}

/** How the pods of a Deployment are replaced. */
export interface StrategyValues {
  /** `Recreate` or `RollingUpdate`. */
  type?: string;
}

/** A PodDisruptionBudget. */
export interface DisruptionBudgetValues {
  enabled?: boolean;
  /** Minimum number of available pods. Default: 1. */
  minAvailable?: number;
}

/**
 * Values of the chart `kube-prometheus-stack`.
 * See https://github.com/prometheus-community/helm-charts/tree/main/charts/kube-prometheus-stack
 */
export interface KubePrometheusStackValues {
  /** Prefix of the labels `app` of the operator's own pods. Default: the chart's name. */
  nameOverride?: string;
  /**
   * Prefix of all names: the Service of Prometheus is `<fullnameOverride>-prometheus`. Default: derived from the
   * release's name.
   */
  fullnameOverride?: string;
  global?: ImageRegistryValues;
  /** The CRDs of PrometheusRule, PodMonitor and others. Default: enabled. */
  crds?: EnabledValues;
  /** Rules for Kubernetes itself. Default: all. */
  defaultRules?: DefaultRulesValues;
  alertmanager?: AlertmanagerValues;
  /** The Grafana that the chart contains. Default: enabled. */
  grafana?: EnabledValues;
  kubeApiServer?: EnabledValues;
  kubelet?: EnabledValues;
  kubeControllerManager?: EnabledValues;
  coreDns?: EnabledValues;
  kubeEtcd?: EnabledValues;
  kubeScheduler?: EnabledValues;
  kubeProxy?: EnabledValues;
  kubeStateMetrics?: EnabledValues;
  nodeExporter?: EnabledValues;
  prometheusOperator?: PrometheusOperatorValues;
  prometheus?: PrometheusValues;
}

export interface DefaultRulesValues {
  create?: boolean;
}

export interface AlertmanagerValues {
  /** Whether it is enabled. Default: true. */
  enabled?: boolean;
  alertmanagerSpec?: AlertmanagerSpecValues;
}

export interface AlertmanagerSpecValues {
  /** Number of pods. Default: 1. */
  replicas?: number;
  /** Whether the configuration is read from `configSecret`. Default: false; it is rendered from the chart's values. */
  useExistingSecret?: boolean;
  resources?: ResourceValues;
  /** Storage of a volume. Default: none. */
  storage?: Record<string, any>;
}

export interface PrometheusOperatorValues {
  /** Webhooks with which the API server validates rules. Default: enabled. */
  admissionWebhooks?: EnabledValues;
  /** TLS of the operator's own port. Default: enabled. */
  tls?: EnabledValues;
  /** A Service of the kubelets' endpoints in kube-system. Default: enabled. */
  kubeletService?: EnabledValues;
  /** Whether Prometheus scrapes the operator. Default: true. */
  serviceMonitor?: SelfMonitorValues;
  resources?: ResourceValues;
}

export interface SelfMonitorValues {
  selfMonitor?: boolean;
}

export interface PrometheusValues {
  serviceAccount?: ServiceAccountValues;
  service?: PrometheusServiceValues;
  serviceMonitor?: SelfMonitorValues;
  podDisruptionBudget?: DisruptionBudgetValues;
  prometheusSpec?: PrometheusSpecValues;
}

export interface PrometheusServiceValues {
  /** Port of Prometheus. Default: 9090. */
  port?: number;
  /** Port of the configuration reloader; 0 leaves it out. Default: 8080. */
  reloaderWebPort?: number;
  /** Whether a client always uses the same replica: `ClientIP` or `None`. Default: `None`. */
  sessionAffinity?: string;
}

/** See https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.PrometheusSpec */
export interface PrometheusSpecValues {
  /** Number of pods. Each scrapes all targets. Default: 1. */
  replicas?: number;
  /** How long samples are kept, such as `10d`. Default: `10d`. */
  retention?: string;
  /** Maximum size of the samples, such as `45GiB`. Default: unlimited. */
  retentionSize?: string;
  resources?: ResourceValues;
  /** Storage of a volume. Default: none; samples are lost with the pod. */
  storageSpec?: Record<string, any>;
  /** Labels and annotations of the pods. */
  podMetadata?: Record<string, any>;
  /** `soft` or `hard`: whether replicas should or must run on different nodes. Default: `soft`. */
  podAntiAffinity?: string;
  scrapeInterval?: string;
  evaluationInterval?: string;
  /** URL of Prometheus for users, for links in alerts. Default: the Service's. */
  externalUrl?: string;
  /** Alertmanagers in addition to the chart's own, in the form of Prometheus' configuration. Default: none. */
  additionalAlertManagerConfigs?: any[];
  /** Labels of all samples and alerts that this Prometheus sends. */
  externalLabels?: Record<string, string>;
  /** Remote storage that receives all samples. Default: none. */
  remoteWrite?: any[];
  /** Whether to select only this release's rules. Default: true. */
  ruleSelectorNilUsesHelmValues?: boolean;
  /** Whether to select only this release's ServiceMonitors. Default: true. */
  serviceMonitorSelectorNilUsesHelmValues?: boolean;
  /** Whether to select only this release's PodMonitors. Default: true. */
  podMonitorSelectorNilUsesHelmValues?: boolean;
}

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

/** Values of the chart `jaeger`. See https://github.com/jaegertracing/helm-charts/tree/main/charts/jaeger */
export interface JaegerValues {
  fullnameOverride?: string;
  global?: ImageRegistryValues;
  /** Jaeger's whole configuration. See https://www.jaegertracing.io/docs/latest/deployment/configuration/ */
  userconfig?: Record<string, any>;
  jaeger?: JaegerWorkloadValues;
}

export interface JaegerWorkloadValues {
  /** Number of pods. Default: 1. */
  replicas?: number;
  resources?: ResourceValues;
  podLabels?: Record<string, string>;
  /** How pods are replaced. Default: Recreate. */
  strategy?: StrategyValues;
  extraEnv?: any[];
  extraVolumes?: any[];
  extraVolumeMounts?: any[];
  affinity?: Record<string, any>;
  podSecurityContext?: Record<string, any>;
  securityContext?: Record<string, any>;
}

/** Values of the chart `kiali-server`. See https://kiali.io/docs/configuration/kialis.kiali.io/ */
export interface KialiValues {
  auth?: KialiAuthValues;
  deployment?: KialiDeploymentValues;
  external_services?: KialiExternalServicesValues;
  login_token?: KialiLoginTokenValues;
  server?: KialiServerValues;
}

export interface KialiAuthValues {
  /** `token`, `openid`, `header` or `anonymous`. Default: `token`. */
  strategy?: string;
  openid?: Record<string, any>;
}

export interface KialiDeploymentValues {
  /** Name of all objects. Default: `kiali`. */
  instance_name?: string;
  image_name?: string;
  image_version?: string;
  replicas?: number;
  resources?: ResourceValues;
  pod_labels?: Record<string, string>;
  affinity?: KialiAffinityValues;
  /** Whether Kiali is read-only. Default: false. */
  view_only_mode?: boolean;
  /** The chart's own NetworkPolicy. Default: enabled. */
  network_policy?: EnabledValues;
  pod_disruption_budget?: KialiDisruptionBudgetValues;
}

export interface KialiAffinityValues {
  pod_anti?: Record<string, any>;
}

export interface KialiDisruptionBudgetValues {
  spec?: Record<string, any>;
}

export interface KialiExternalServicesValues {
  istio?: KialiIstioValues;
  prometheus?: KialiPrometheusValues;
  grafana?: KialiGrafanaValues;
  tracing?: KialiTracingValues;
}

export interface KialiIstioValues {
  /** Root namespace of the mesh. Default: Kiali's own namespace. */
  root_namespace?: string;
}

export interface KialiPrometheusValues {
  url?: string;
}

export interface KialiGrafanaValues {
  enabled?: boolean;
  /** URL for Kiali's own requests. */
  internal_url?: string;
  /** URL for users. */
  external_url?: string;
  auth?: KialiExternalAuthValues;
}

export interface KialiExternalAuthValues {
  /** Authentication: `basic`, `bearer` or `none`. Default: `none`. */
  type?: string;
  username?: string;
  /** `secret:<name>:<key>` of a Secret in Kiali's namespace. */
  password?: string;
}

export interface KialiTracingValues {
  enabled?: boolean;
  /** Tracing backend: `jaeger` or `tempo`. Default: `jaeger`. */
  provider?: string;
  internal_url?: string;
  external_url?: string;
  /** Whether to query over gRPC. Default: true. */
  use_grpc?: boolean;
}

export interface KialiLoginTokenValues {
  /**
   * Key of 16, 24 or 32 bytes, or `secret:<name>:<key>` of a Secret in Kiali's namespace. Default: generated at each
   * run.
   */
  signing_key?: string;
}

export interface KialiServerValues {
  /** Path of Kiali. Default: `/kiali`. */
  web_root?: string;
  /** Host of Kiali for users. Default: the request's host. */
  web_fqdn?: string;
  /** `http` or `https`. */
  web_schema?: string;
  web_port?: string;
}

/**
 * Values of the chart `opentelemetry-collector`.
 * See https://github.com/open-telemetry/opentelemetry-helm-charts/tree/main/charts/opentelemetry-collector
 */
export interface OpenTelemetryCollectorValues {
  fullnameOverride?: string;
  /** `deployment`, `daemonset` or `statefulset`; required. */
  mode?: string;
  image?: ImageValues;
  replicaCount?: number;
  resources?: ResourceValues;
  podLabels?: Record<string, string>;
  affinity?: Record<string, any>;
  podSecurityContext?: Record<string, any>;
  securityContext?: Record<string, any>;
  /** Configuration, merged over the chart's. See https://opentelemetry.io/docs/collector/configuration/ */
  config?: Record<string, any>;
  /** The whole configuration, instead of the chart's. Default: none. */
  alternateConfig?: Record<string, any>;
  ports?: CollectorPortsValues;
  serviceAccount?: ServiceAccountValues;
  podDisruptionBudget?: DisruptionBudgetValues;
}

export interface CollectorPortsValues {
  "otlp-http"?: EnabledValues;
  "jaeger-compact"?: EnabledValues;
  "jaeger-thrift"?: EnabledValues;
  "jaeger-grpc"?: EnabledValues;
  zipkin?: EnabledValues;
}
