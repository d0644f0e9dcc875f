import type {
  GrafanaValues,
  JaegerValues,
  KialiValues,
  KubePrometheusStackValues,
  OpenTelemetryCollectorValues,
  PlainPrometheusValues,
} from "./observabilityValues";
import type { ResourceValues } from "./values";

/**
 * Arguments of the component `Observability`. All are plain: policies judge the values at preview, and a preview must
 * know them to find the charts' definitions. Nothing here is a secret.
 */
export interface ObservabilityArgs {
  /**
   * The catalog that is watched, as `defineMesh` returns it or as plain JSON. Where it sends its spans decides whether
   * there is an OpenTelemetry collector in front of Jaeger: `telemetry.tracing.service`.
   */
  catalog: Record<string, any>;
  /** Namespace of the add-ons. Default: `monitoring`. */
  namespace?: string;
  /** Helm repository that serves all the add-ons' charts, a mirror for example. Default: each chart's own. */
  chartRepository?: string;
  /** Registry that serves all the images under their own paths. Default: the images' own. */
  imageRegistry?: string;
  /** Seconds that each release may take to become ready. Default: 300. */
  timeoutSeconds?: number;
  /** StorageClass of all volumes. Default: the cluster's. */
  storageClass?: string;
  /**
   * URL where people read the alerts' pages, which are this package's folder `docs/runbooks`. Default: none, and alerts
   * name the page instead (`runbook: docs/runbooks/HighErrorRate.md`).
   */
  runbookUrl?: string;
  /** Istio's version, whose own dashboards Grafana fetches from Istio's repository when it starts. Default: none. */
  istioDashboards?: string;
  /** How Prometheus runs. Default: the defaults of each field. */
  prometheus?: ObservabilityPrometheusArgs;
  /** How Grafana runs. Default: the defaults of each field. */
  grafana?: ObservabilityGrafanaArgs;
  /** How Jaeger runs. Default: the defaults of each field. */
  jaeger?: ObservabilityJaegerArgs;
  /** How Kiali runs. Default: the defaults of each field. */
  kiali?: ObservabilityKialiArgs;
  /** How the collector runs, where there is one. Default: the defaults of each field. */
  collector?: ObservabilityCollectorArgs;
}

/** How people reach a tool through a gateway, instead of by `meshwright open`. */
export interface ExposureArgs {
  /** Host name, which no other tool and no gateway of the catalog has. */
  host: string;
  /** Helm release of the gateway. Default: `istio-ingress`. */
  release?: string;
  /**
   * Secret with the host's certificate, in the gateway's namespace. The catalog's gateways can't serve it, too: a
   * browser would use its connection to one host for the other.
   */
  credentialName: string;
  /** `TLSV1_2` or `TLSV1_3`. Default: `TLSV1_2`. */
  minProtocolVersion?: string;
  /**
   * Claims that the end user's token must have, and their accepted values; the catalog's `jwtRules` say who issues it.
   * `{}` takes any valid token. Prometheus and Jaeger, which know no users, can't be reached without. Default: no token.
   */
  claims?: Record<string, string[]>;
}

/** Prometheus. https://prometheus.io/docs/ */
export interface ObservabilityPrometheusArgs {
  /**
   * Whether the operator runs it, from the chart `kube-prometheus-stack`; otherwise the chart `prometheus` is taken, in
   * which rules are files and pods are found by their annotations. Default: true.
   */
  operator?: boolean;
  /** Number of pods; each scrapes everything. Default: 1. */
  replicas?: number;
  /**
   * Size of each replica's volume, such as `50Gi`. The oldest samples go when 80 % of it are full. Default: none; samples
   * go with the pod.
   */
  storage?: string;
  /** How long samples are kept. Default: `31d`, since error budgets look back 30 days. */
  retention?: string;
  /**
   * Every Alertmanager that gets its alerts, as `<host>` or `<host>:<port>`: Services of the cluster or, of a headless
   * one, each of its pods (`alertmanager-0.alertmanager.alerting.svc.cluster.local`, port 9093), and hosts outside of the
   * cluster, which are asked over TLS (port 443). In the cluster the pods listen on the same port, and
   * where they are in a mesh they admit the account `mesh-prometheus` of the add-ons' namespace. Default: none, and
   * alerts are shown by Prometheus and Grafana only.
   */
  alertmanagers?: string[];
  /** Requests and limits of its container. Default: the chart's. */
  resources?: ResourceValues;
  /** How people reach it through a gateway. Default: not at all. */
  exposure?: ExposureArgs;
  /** Merged over what is said above. Default: none. */
  values?: KubePrometheusStackValues;
  /** The same for the chart `prometheus`. Default: none. */
  plainValues?: PlainPrometheusValues;
}

/** Grafana. https://grafana.com/docs/grafana/latest/ */
export interface ObservabilityGrafanaArgs {
  /** Number of pods. Dashboards and data sources come from the cluster, so replicas differ in nothing but sessions. Default: 1. */
  replicas?: number;
  /** Size of a volume for what people change by hand; one replica only. Default: none. */
  storage?: string;
  /** Requests and limits of its container. Default: the chart's. */
  resources?: ResourceValues;
  /** How people reach it through a gateway. Default: not at all. */
  exposure?: ExposureArgs;
  /** Merged over what is said above. Default: none. */
  values?: GrafanaValues;
}

/** Jaeger v2, whose one program takes spans and shows traces. https://www.jaegertracing.io/docs/latest/ */
export interface ObservabilityJaegerArgs {
  /** Number of pods. More than one need a store that they share, `elasticsearchHost`. Default: 1. */
  replicas?: number;
  /** Size of the volume for spans; one replica only. Default: none; the last 50,000 traces are kept in memory. */
  storage?: string;
  /** How long spans are kept on the volume. Default: `168h`, a week. */
  retention?: string;
  /** Host outside of the cluster that serves Elasticsearch or OpenSearch over TLS on port 443. Default: none. */
  elasticsearchHost?: string;
  /** Secret in the add-ons' namespace with `username` and `password` for it. Default: none needed. */
  elasticsearchSecret?: string;
  /** Requests and limits of its container. Default: the chart's. */
  resources?: ResourceValues;
  /** How people reach it through a gateway. Default: not at all. */
  exposure?: ExposureArgs;
  /** Merged over what is said above. Default: none. */
  values?: JaegerValues;
}

/** Kiali. https://kiali.io/docs/ */
export interface ObservabilityKialiArgs {
  /** Number of pods. Default: 1. */
  replicas?: number;
  /** Requests and limits of its container. Default: the chart's. */
  resources?: ResourceValues;
  /** Whether people may change the mesh through Kiali, as far as their own rights go. Default: false. */
  writable?: boolean;
  /** How people reach it through a gateway. Default: not at all. */
  exposure?: ExposureArgs;
  /** Merged over what is said above. Default: none. */
  values?: KialiValues;
}

/** OpenTelemetry's collector, if the catalog sends its spans there. https://opentelemetry.io/docs/collector/ */
export interface ObservabilityCollectorArgs {
  /** Number of pods. Default: 1. */
  replicas?: number;
  /** Requests and limits of its container. Default: 100m of CPU and 128Mi, at most 512Mi. */
  resources?: ResourceValues;
  /** Merged over what is said above. Default: none. */
  values?: OpenTelemetryCollectorValues;
}
