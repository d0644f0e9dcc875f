import type { ResourceValues } from "./values";

/**
 * Typed values of the Helm charts that watch the mesh: the part of each chart that this package sets or that its users
 * most often need. A misspelt value does not compile; a test holds every name against the charts' own `values.yaml`.
 *
 * The interfaces stay within what Pulumi can infer a schema from, so that Python, Go and YAML programs get them too.
 */

/** Where a chart's images come from. */
export interface ImageRegistryValues {
  /** Registry that takes the place of the images' own. Default: the images' own. */
  imageRegistry?: string;
}

/** An image. */
export interface ImageValues {
  repository?: string;
  tag?: string;
  /** Digest, which wins over the tag. Default: none. */
  digest?: string;
}

/** Whether a part of a chart is there. */
export interface EnabledValues {
  enabled?: boolean;
}

/** Account of a workload's pods. */
export interface ServiceAccountValues {
  /** Default: as the workload. */
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
  /** Pods that must be left. Default: 1. */
  minAvailable?: number;
}

/**
 * Values of the chart `kube-prometheus-stack`.
 * See https://github.com/prometheus-community/helm-charts/tree/main/charts/kube-prometheus-stack
 */
export interface KubePrometheusStackValues {
  /** First part of the labels `app` of the operator's own pods. Default: the chart's name. */
  nameOverride?: string;
  /** First part of all names: the Service of Prometheus is `<fullnameOverride>-prometheus`. Default: from the release's name. */
  fullnameOverride?: string;
  global?: ImageRegistryValues;
  /** The definitions of PrometheusRule, PodMonitor and others. Default: enabled. */
  crds?: EnabledValues;
  /** Rules about Kubernetes itself. Default: all. */
  defaultRules?: DefaultRulesValues;
  alertmanager?: AlertmanagerValues;
  /** The Grafana that the chart brings along. Default: enabled. */
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
  /** Default: true. */
  enabled?: boolean;
  alertmanagerSpec?: AlertmanagerSpecValues;
}

export interface AlertmanagerSpecValues {
  /** Default: 1. */
  replicas?: number;
  /** Whether the configuration comes from `configSecret`. Default: false, from the chart's values. */
  useExistingSecret?: boolean;
  resources?: ResourceValues;
  /** Of a volume. Default: none. */
  storage?: Record<string, any>;
}

export interface PrometheusOperatorValues {
  /** Validation of rules by the API server. Default: enabled. */
  admissionWebhooks?: EnabledValues;
  /** TLS of the operator's own port. Default: enabled. */
  tls?: EnabledValues;
  /** A Service of the kubelets' endpoints in kube-system. Default: enabled. */
  kubeletService?: EnabledValues;
  /** Whether Prometheus scrapes the operator. Default: it does. */
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
  /** Default: 9090. */
  port?: number;
  /** Port of the configuration reloader; 0 leaves it out. Default: 8080. */
  reloaderWebPort?: number;
  /** Whether a client meets the same replica each time, `ClientIP` or `None`. Default: `None`. */
  sessionAffinity?: string;
}

/** See https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.PrometheusSpec */
export interface PrometheusSpecValues {
  /** Each scrapes everything. Default: 1. */
  replicas?: number;
  /** How long samples are kept, such as `10d`. Default: `10d`. */
  retention?: string;
  /** How many bytes are kept, such as `45GiB`. Default: no limit. */
  retentionSize?: string;
  resources?: ResourceValues;
  /** Of a volume. Default: none, the samples go with the pod. */
  storageSpec?: Record<string, any>;
  /** Labels and annotations of the pods. */
  podMetadata?: Record<string, any>;
  /** `soft` or `hard`: whether replicas should or must run on different nodes. Default: `soft`. */
  podAntiAffinity?: string;
  scrapeInterval?: string;
  evaluationInterval?: string;
  /** Address by which people reach Prometheus, for links in alerts. Default: that of the Service. */
  externalUrl?: string;
  /** Who gets its alerts beside the chart's own Alertmanager, as Prometheus' configuration says it. Default: nobody. */
  additionalAlertManagerConfigs?: any[];
  /** Labels of everything that leaves this Prometheus. */
  externalLabels?: Record<string, string>;
  /** Another storage that gets all samples. Default: none. */
  remoteWrite?: any[];
  /** Whether only this release's rules count. Default: true. */
  ruleSelectorNilUsesHelmValues?: boolean;
  /** Whether only this release's monitors count. Default: true. */
  serviceMonitorSelectorNilUsesHelmValues?: boolean;
  /** Whether only this release's monitors count. Default: true. */
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
  /** Jobs that scrape, by name; `{ enabled: false }` leaves one out. Default: nodes, the API server, Services and pods. */
  scrapeConfigs?: Record<string, any>;
  /** Files beside the configuration, by name: rules above all. */
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
  /** Default: 1. More need `statefulSet`. */
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
  /** A StatefulSet instead of a Deployment. Default: not enabled. */
  statefulSet?: EnabledValues;
  podDisruptionBudget?: EnabledValues;
  /** Who gets its alerts, as Prometheus' configuration says it. Default: nobody. */
  alertmanagers?: any[];
  /** Address by which people reach Prometheus. Default: none. */
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
  /** Default: the cluster's. */
  storageClass?: string;
}

/** Values of the chart `grafana`. See https://github.com/grafana-community/helm-charts/tree/main/charts/grafana */
export interface GrafanaValues {
  fullnameOverride?: string;
  global?: ImageRegistryValues;
  /** Default: 1. */
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
  /** A container that makes the volume Grafana's own, as root. Default: enabled. */
  initChownData?: EnabledValues;
  /** A pod that tests the release. Default: enabled. */
  testFramework?: EnabledValues;
  service?: GrafanaServiceValues;
  sidecar?: GrafanaSidecarValues;
  /** Files of data sources, by name. */
  datasources?: Record<string, any>;
  /** Files that say where dashboards lie, by name. */
  dashboardProviders?: Record<string, any>;
  /** Dashboards by provider and name, from grafana.com for example. */
  dashboards?: Record<string, any>;
  downloadDashboards?: GrafanaDownloadValues;
  /** Grafana's own configuration, by section. See https://grafana.com/docs/grafana/latest/setup-grafana/configure-grafana/ */
  "grafana.ini"?: Record<string, any>;
}

export interface GrafanaAdminValues {
  /** Secret with the administrator's name and password. Default: none, the chart makes a password up at each run. */
  existingSecret?: string;
  userKey?: string;
  passwordKey?: string;
}

/** What Grafana's account may do. */
export interface GrafanaRbacValues {
  /** Whether it may read ConfigMaps and Secrets of its own namespace only. Default: false, of all. */
  namespaced?: boolean;
}

export interface GrafanaPersistenceValues {
  enabled?: boolean;
  size?: string;
  /** Default: the cluster's. */
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
  /** Label that makes a ConfigMap one. Default: `grafana_dashboard`. */
  label?: string;
  labelValue?: string;
  /** Annotation that names the folder. Default: none. */
  folderAnnotation?: string;
  /** Namespaces to look in, or `ALL`. Default: the release's. */
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
  /** Default: 1. */
  replicas?: number;
  resources?: ResourceValues;
  podLabels?: Record<string, string>;
  /** Default: Recreate. */
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
  /** Whether Kiali may change nothing. Default: false. */
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
  /** Default: Kiali's own namespace. */
  root_namespace?: string;
}

export interface KialiPrometheusValues {
  url?: string;
}

export interface KialiGrafanaValues {
  enabled?: boolean;
  /** Where Kiali reaches it. */
  internal_url?: string;
  /** Where people reach it. */
  external_url?: string;
  auth?: KialiExternalAuthValues;
}

export interface KialiExternalAuthValues {
  /** `basic`, `bearer` or `none`. Default: `none`. */
  type?: string;
  username?: string;
  /** `secret:<name>:<key>` of a Secret in Kiali's namespace. */
  password?: string;
}

export interface KialiTracingValues {
  enabled?: boolean;
  /** `jaeger` or `tempo`. Default: `jaeger`. */
  provider?: string;
  internal_url?: string;
  external_url?: string;
  /** Default: true. */
  use_grpc?: boolean;
}

export interface KialiLoginTokenValues {
  /** 16, 24 or 32 bytes, or `secret:<name>:<key>` of a Secret in Kiali's namespace. Default: made up at each run. */
  signing_key?: string;
}

export interface KialiServerValues {
  /** Default: `/kiali`. */
  web_root?: string;
  /** Host by which people reach Kiali. Default: what the request says. */
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
  /** Merged over the chart's configuration. See https://opentelemetry.io/docs/collector/configuration/ */
  config?: Record<string, any>;
  /** The whole configuration, in the place of the chart's. Default: none. */
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
