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
 * Arguments of the component `Observability`. All are plain values: policies judge them at preview, and a preview reads
 * them to find the charts' CRDs. None of them is secret.
 */
export interface ObservabilityArgs {
  /**
   * The monitored catalog, as `defineMesh` returns it or as plain JSON. If its `telemetry.tracing.service` is the
   * OpenTelemetry collector, the collector is installed in front of Jaeger.
   */
  catalog: Record<string, any>;
  /** Namespace of the add-ons. Default: `monitoring`. */
  namespace?: string;
  /** Helm repository that serves all the add-ons' charts, for example a mirror. Default: each chart's own. */
  chartRepository?: string;
  /** Registry that serves all the images under their own paths. Default: the images' own. */
  imageRegistry?: string;
  /** Time in seconds that each release may take to become ready; then the run fails. Default: 300. */
  timeoutSeconds?: number;
  /** StorageClass of all volumes. Default: the cluster's. */
  storageClass?: string;
  /**
   * URL of the published alerts' pages, which are this package's folder `docs/runbooks`. Default: none; alerts name the
   * page instead (`runbook: docs/runbooks/HighErrorRate.md`).
   */
  runbookUrl?: string;
  /**
   * Istio version whose dashboards Grafana fetches from Istio's repository at its start. Default: none; Grafana has
   * only the catalog's dashboards.
   */
  istioDashboards?: string;
  /** Settings of Prometheus. Default: the defaults of each field. */
  prometheus?: ObservabilityPrometheusArgs;
  /** Settings of Grafana. Default: the defaults of each field. */
  grafana?: ObservabilityGrafanaArgs;
  /** Settings of Jaeger. Default: the defaults of each field. */
  jaeger?: ObservabilityJaegerArgs;
  /** Settings of Kiali. Default: the defaults of each field. */
  kiali?: ObservabilityKialiArgs;
  /** Settings of the collector, if it is installed. Default: the defaults of each field. */
  collector?: ObservabilityCollectorArgs;
}

/** Exposes an add-on through a gateway. Without it, use `meshwright open`. */
export interface ExposureArgs {
  /** Host name. No other add-on and no gateway of the catalog may have it. */
  host: string;
  /** Helm release of the gateway. Default: `istio-ingress`. */
  release?: string;
  /**
   * Secret with the host's certificate, in the gateway's namespace. The catalog's gateways must not use it, because a
   * browser would reuse its connection to one host for the other.
   */
  credentialName: string;
  /** `TLSV1_2` or `TLSV1_3`. Default: `TLSV1_2`. */
  minProtocolVersion?: string;
  /**
   * Claims that the end user's token must have, with their accepted values, such as `{ roles: ["operator"] }`. A claim
   * inside another one is a nested object, such as `{ realm_access: { roles: ["operator"] } }`. The catalog's `jwtRules`
   * name the issuers. `{}` accepts any valid token. Required for Prometheus and Jaeger, which have no login. Default: no
   * token is required.
   */
  claims?: Record<string, any>;
}

/** Prometheus. https://prometheus.io/docs/ */
export interface ObservabilityPrometheusArgs {
  /**
   * Whether to install Prometheus with its operator, from the chart `kube-prometheus-stack`. If false, the chart
   * `prometheus` is installed, in which rules are files and pods are found by their annotations. Default: true.
   */
  operator?: boolean;
  /** Number of pods. Each scrapes all targets. Default: 1. */
  replicas?: number;
  /**
   * Size of each replica's volume, such as `50Gi`. At 80 % the oldest samples are deleted. Default: none; samples are
   * lost with the pod.
   */
  storage?: string;
  /** How long samples are kept. Default: `31d`, because error budgets cover 30 days. */
  retention?: string;
  /**
   * Alertmanagers that receive the alerts, each as `<host>` or `<host>:<port>`. A host is a Service of the cluster, a
   * pod of a headless Service (`alertmanager-0.alertmanager.alerting.svc.cluster.local`), or an external host. The
   * default port is 9093 in the cluster, and 443 with TLS for external hosts. In the cluster the pods must listen on
   * the same port. In a mesh they must allow the service account `mesh-prometheus` of the add-ons' namespace.
   * Default: none; only Prometheus and Grafana show alerts.
   */
  alertmanagers?: string[];
  /** Resource requests and limits of its container. Default: the chart's. */
  resources?: ResourceValues;
  /** Exposes it through a gateway. Default: none; use `meshwright open`. */
  exposure?: ExposureArgs;
  /** Values of the chart `kube-prometheus-stack`, merged over those of the other fields. Default: none. */
  values?: KubePrometheusStackValues;
  /** Values of the chart `prometheus`, merged over those of the other fields. Default: none. */
  plainValues?: PlainPrometheusValues;
}

/** Grafana. https://grafana.com/docs/grafana/latest/ */
export interface ObservabilityGrafanaArgs {
  /**
   * Number of pods. Replicas differ only in their sessions, because dashboards and data sources come from the cluster.
   * Default: 1.
   */
  replicas?: number;
  /** Size of a volume for manual changes; requires one replica. Default: none; manual changes are lost with the pod. */
  storage?: string;
  /** Resource requests and limits of its container. Default: the chart's. */
  resources?: ResourceValues;
  /** Exposes it through a gateway. Default: none; use `meshwright open`. */
  exposure?: ExposureArgs;
  /** Values of its chart, merged over those of the other fields. Default: none. */
  values?: GrafanaValues;
}

/** Jaeger v2, one program that receives spans and shows traces. https://www.jaegertracing.io/docs/latest/ */
export interface ObservabilityJaegerArgs {
  /** Number of pods. More than one require a shared store, `elasticsearchHost`. Default: 1. */
  replicas?: number;
  /** Size of the volume for spans; requires one replica. Default: none; the last 50,000 traces are kept in memory. */
  storage?: string;
  /** How long spans are kept on the volume. Default: `168h`, a week. */
  retention?: string;
  /**
   * External host of Elasticsearch or OpenSearch, with TLS on port 443. Default: none; spans are kept in memory or on
   * the volume.
   */
  elasticsearchHost?: string;
  /**
   * Secret in the add-ons' namespace with `username` and `password` for that host. Default: none; the host requires no
   * login.
   */
  elasticsearchSecret?: string;
  /** Resource requests and limits of its container. Default: the chart's. */
  resources?: ResourceValues;
  /** Exposes it through a gateway. Default: none; use `meshwright open`. */
  exposure?: ExposureArgs;
  /** Values of its chart, merged over those of the other fields. Default: none. */
  values?: JaegerValues;
}

/** Kiali. https://kiali.io/docs/ */
export interface ObservabilityKialiArgs {
  /** Number of pods. Default: 1. */
  replicas?: number;
  /** Resource requests and limits of its container. Default: the chart's. */
  resources?: ResourceValues;
  /** Whether users may change the mesh through Kiali, within their own permissions. Default: false. */
  writable?: boolean;
  /** Exposes it through a gateway. Default: none; use `meshwright open`. */
  exposure?: ExposureArgs;
  /** Values of its chart, merged over those of the other fields. Default: none. */
  values?: KialiValues;
}

/** The OpenTelemetry collector, if the catalog sends its spans there. https://opentelemetry.io/docs/collector/ */
export interface ObservabilityCollectorArgs {
  /** Number of pods. Default: 1. */
  replicas?: number;
  /** Resource requests and limits of its container. Default: requests of 100m CPU and 128Mi, a limit of 512Mi. */
  resources?: ResourceValues;
  /** Values of its chart, merged over those of the other fields. Default: none. */
  values?: OpenTelemetryCollectorValues;
}
