import type { ResourceValues } from "../values";
import type {
  DisruptionBudgetValues,
  EnabledValues,
  ImageRegistryValues,
  ServiceAccountValues,
} from "./common";

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
