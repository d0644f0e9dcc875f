import { createHash } from "node:crypto";
import { monitoringNamespace, otlpPort } from "../catalog";
import type { CheckedMesh } from "../checks";
import { type MeshObject, mergePatch } from "../mesh";
import {
  collectorService,
  dashboardLabel,
  folderAnnotation,
  istioDashboardUrls,
  stackName,
  tools,
  toolUrl,
  usesCollector,
} from "../observability";
import { apart } from "./apart";
import type { ReleaseSpec } from "./helmRelease";
import type { ExposureArgs, ObservabilityArgs, ObservabilityJaegerArgs } from "./observabilityArgs";
import type {
  GrafanaValues,
  JaegerValues,
  KialiValues,
  KubePrometheusStackValues,
  OpenTelemetryCollectorValues,
  PlainPrometheusValues,
} from "./observabilityValues";

/** The add-ons' charts, where they are published, and their exact versions. */
export const addOnCharts = {
  "kube-prometheus-stack": {
    repository: "https://prometheus-community.github.io/helm-charts",
    version: "88.5.3",
  },
  prometheus: { repository: "https://prometheus-community.github.io/helm-charts", version: "29.27.0" },
  grafana: { repository: "https://grafana-community.github.io/helm-charts", version: "12.11.1" },
  jaeger: { repository: "https://jaegertracing.github.io/helm-charts", version: "4.11.1" },
  "kiali-server": { repository: "https://kiali.org/helm-charts", version: "2.29.0" },
  "opentelemetry-collector": {
    repository: "https://open-telemetry.github.io/opentelemetry-helm-charts",
    version: "0.170.0",
  },
} as const;

/** Secret with Grafana's administrator. */
export const grafanaAdmin = {
  secret: "grafana-admin",
  userKey: "admin-user",
  passwordKey: "admin-password",
} as const;

/** Secret with the key that signs Kiali's sessions: 16, 24 or 32 bytes. */
export const kialiSigningKey = { secret: "kiali-signing-key", key: "key", bytes: 32 } as const;

/** Claim of the volume on which Jaeger keeps its spans. */
export const jaegerClaim = "jaeger-spans";

/** The Helm releases of the add-ons. */
export interface AddOnReleases {
  readonly prometheus: ReleaseSpec;
  readonly grafana: ReleaseSpec;
  readonly jaeger: ReleaseSpec;
  readonly kiali: ReleaseSpec;
  /** Only where the catalog sends its spans there. */
  readonly collector?: ReleaseSpec;
}

interface Context extends ObservabilityArgs {
  readonly namespace: string;
  readonly mesh: CheckedMesh;
}

/**
 * The Helm releases that the component `Observability` installs, as plain data.
 *
 * @param rules PrometheusRule objects, which only the operator reads from the cluster.
 */
export function addOnReleases(
  mesh: CheckedMesh,
  args: ObservabilityArgs,
  rules: readonly MeshObject[],
): AddOnReleases {
  const context: Context = { namespace: monitoringNamespace, ...args, mesh };
  const release = (
    chart: keyof typeof addOnCharts,
    name: string,
    values: object,
    own: object = {},
  ): ReleaseSpec => ({
    name,
    chart,
    version: addOnCharts[chart].version,
    repository: args.chartRepository ?? addOnCharts[chart].repository,
    namespace: context.namespace,
    values: mergePatch(values, own) as Record<string, unknown>,
  });
  const { prometheus = {}, grafana, jaeger, kiali, collector } = args;
  return {
    prometheus:
      (prometheus.operator ?? true)
        ? release("kube-prometheus-stack", "prometheus", kubePrometheusStack(context), prometheus.values)
        : release("prometheus", "prometheus", plainPrometheus(context, rules), prometheus.plainValues),
    grafana: release("grafana", "grafana", grafanaValues(context), grafana?.values),
    jaeger: release("jaeger", "jaeger", jaegerValues(context), jaeger?.values),
    kiali: release("kiali-server", "kiali", kialiValues(context), kiali?.values),
    ...(usesCollector(mesh, context.namespace) && {
      collector: release(
        "opentelemetry-collector",
        collectorService,
        collectorValues(context),
        collector?.values,
      ),
    }),
  };
}

const defaultRetention = "15d";

/** Least privilege for a container whose chart leaves it open. */
const confined = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  seccompProfile: { type: "RuntimeDefault" },
};

const registry = (imageRegistry: string | undefined) =>
  imageRegistry === undefined ? {} : { global: { imageRegistry } };

/**
 * The sidecar leaves alone what Prometheus reads: it asks pods by their address, which the mesh knows of no service,
 * and the two ports take no mutual TLS.
 */
const scraping = { "traffic.sidecar.istio.io/excludeOutboundPorts": "15014,15020" };

function kubePrometheusStack({
  prometheus = {},
  imageRegistry,
  storageClass,
}: Context): KubePrometheusStackValues {
  const { replicas = 1, storage, retention = defaultRetention, resources, exposure } = prometheus;
  const { service } = tools.prometheus;
  const off = { enabled: false };
  const none = { selfMonitor: false };
  return {
    nameOverride: stackName,
    fullnameOverride: stackName,
    ...registry(imageRegistry),
    // The mesh is what it watches; a cluster has its own ways to watch nodes and kubelets.
    defaultRules: { create: false },
    alertmanager: off,
    grafana: off,
    kubeApiServer: off,
    kubelet: off,
    kubeControllerManager: off,
    coreDns: off,
    kubeEtcd: off,
    kubeScheduler: off,
    kubeProxy: off,
    kubeStateMetrics: off,
    nodeExporter: off,
    prometheusOperator: {
      // The API server is in no mesh, so a webhook behind a sidecar would never answer it.
      admissionWebhooks: off,
      tls: off,
      kubeletService: off,
      serviceMonitor: none,
      resources: { requests: { cpu: "50m", memory: "64Mi" } },
    },
    prometheus: {
      serviceAccount: { name: service },
      serviceMonitor: none,
      ...(replicas > 1 && { podDisruptionBudget: { enabled: true, minAvailable: 1 } }),
      prometheusSpec: {
        replicas,
        retention,
        ...(resources && { resources }),
        ...(storage !== undefined && {
          storageSpec: { volumeClaimTemplate: { spec: claim(storage, storageClass) } },
        }),
        podMetadata: { labels: { app: service }, annotations: scraping },
        ...(exposure && { externalUrl: `https://${exposure.host}` }),
        // Rules and monitors are objects of their own, not the chart's.
        ruleSelectorNilUsesHelmValues: false,
        serviceMonitorSelectorNilUsesHelmValues: false,
        podMonitorSelectorNilUsesHelmValues: false,
      },
    },
  };
}

function plainPrometheus(
  { prometheus = {}, imageRegistry, storageClass }: Context,
  rules: readonly MeshObject[],
): PlainPrometheusValues {
  const { replicas = 1, storage, retention = defaultRetention, resources, exposure } = prometheus;
  const { service, port } = tools.prometheus;
  const off = { enabled: false };
  return {
    serviceAccounts: { server: { name: service } },
    alertmanager: off,
    "kube-state-metrics": off,
    "prometheus-node-exporter": off,
    "prometheus-pushgateway": off,
    configmapReload: {
      prometheus: {
        containerSecurityContext: confined,
        ...(imageRegistry !== undefined && {
          image: { repository: `${imageRegistry}/prometheus-operator/prometheus-config-reloader` },
        }),
      },
    },
    // The mesh is what it watches: its own samples, and every pod that the injector has annotated.
    scrapeConfigs: Object.fromEntries(clusterJobs.map((job) => [job, off])),
    server: {
      fullnameOverride: service,
      ...(imageRegistry !== undefined && { image: { repository: `${imageRegistry}/prometheus/prometheus` } }),
      retention,
      ...(resources && { resources }),
      podLabels: { app: service },
      podAnnotations: scraping,
      containerSecurityContext: confined,
      global: { scrape_interval: "15s", evaluation_interval: "30s" },
      service: { servicePort: port },
      persistentVolume:
        storage === undefined
          ? off
          : { enabled: true, size: storage, ...(storageClass !== undefined && { storageClass }) },
      ...(replicas > 1 && {
        replicaCount: replicas,
        statefulSet: { enabled: true },
        podDisruptionBudget: { enabled: true },
        affinity: apart({ app: service }),
      }),
      ...(exposure && { baseURL: `https://${exposure.host}` }),
    },
    // One of the files that the chart's configuration of Prometheus reads.
    serverFiles: {
      "alerting_rules.yml": { groups: rules.flatMap(({ spec }) => (spec as { groups: object[] }).groups) },
    },
  };
}

/** What the chart `prometheus` also scrapes: nodes, the API server, annotated Services. */
const clusterJobs = [
  "kubernetes-api-servers",
  "kubernetes-nodes",
  "kubernetes-nodes-cadvisor",
  "kubernetes-pods-slow",
  "kubernetes-service-endpoints",
  "kubernetes-service-endpoints-slow",
  "kubernetes-services",
  "prometheus-pushgateway",
];

function grafanaValues({ namespace, grafana = {}, ...context }: Context): GrafanaValues {
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
    // The volume is Grafana's own by its group, without a container that runs as root.
    initChownData: { enabled: false },
    testFramework: { enabled: false },
    // Dashboards lie beside it; otherwise it could read every Secret of the cluster.
    rbac: { namespaced: true },
    ...(storage !== undefined && {
      // A volume has one owner, so the old pod has to go before the new one comes.
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
      // Data sources are plugins that the image brings along. To update one from grafana.com, Grafana first unloads it.
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
    // Before Kubernetes 1.33 an init container runs before its proxy, and whatever is led there is lost: as the proxy's
    // own user it goes past it.
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

function jaegerValues({ jaeger = {}, imageRegistry }: Context): JaegerValues {
  const { replicas = 1, storage, resources, elasticsearchSecret } = jaeger;
  const { service } = tools.jaeger;
  const userconfig = jaegerConfig(jaeger);
  return {
    fullnameOverride: service,
    ...registry(imageRegistry),
    userconfig,
    jaeger: {
      replicas,
      ...(resources && { resources }),
      // The chart doesn't start its pods again when their configuration changes; a label that changes with it does.
      podLabels: { app: service, [configDigest]: digest(userconfig) },
      // Only a volume of its own keeps the old pod from running beside the new one.
      ...(replicas > 1 && { affinity: apart({ app: service }), strategy: { type: "RollingUpdate" } }),
      ...(elasticsearchSecret !== undefined && {
        extraEnv: [
          ["SPAN_STORE_USERNAME", "username"],
          ["SPAN_STORE_PASSWORD", "password"],
        ].map(([name, key]) => ({ name, valueFrom: { secretKeyRef: { name: elasticsearchSecret, key } } })),
      }),
      ...(storage !== undefined && {
        extraVolumes: [{ name: "spans", persistentVolumeClaim: { claimName: jaegerClaim } }],
        extraVolumeMounts: [{ name: "spans", mountPath: spansFolder }],
      }),
      podSecurityContext: {
        runAsNonRoot: true,
        runAsUser: 10001,
        runAsGroup: 10001,
        fsGroup: 10001,
        seccompProfile: { type: "RuntimeDefault" },
      },
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
    },
  };
}

const spansFolder = "/spans";

const configDigest = "meshwright.dev/config";

/** Short enough for a label. */
function digest(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);
}

/** https://www.jaegertracing.io/docs/latest/deployment/configuration/ */
function jaegerConfig({
  storage,
  retention = "168h",
  elasticsearchHost,
  elasticsearchSecret,
}: ObservabilityJaegerArgs): Record<string, unknown> {
  const everywhere = (port: number): string => `0.0.0.0:${port}`;
  const store =
    elasticsearchHost !== undefined
      ? {
          elasticsearch: {
            // In the clear to the pod's own proxy, which begins the TLS.
            server_urls: [`http://${elasticsearchHost}`],
            ...(elasticsearchSecret !== undefined && {
              auth: {
                basic: { username: "${env:SPAN_STORE_USERNAME}", password: "${env:SPAN_STORE_PASSWORD}" },
              },
            }),
          },
        }
      : storage !== undefined
        ? {
            badger: {
              ephemeral: false,
              directories: { keys: `${spansFolder}/keys`, values: `${spansFolder}/values` },
              ttl: { spans: retention },
            },
          }
        : { memory: { max_traces: 50_000 } };
  return {
    service: {
      extensions: ["jaeger_storage", "jaeger_query", "healthcheckv2"],
      pipelines: {
        traces: { receivers: ["otlp"], processors: ["batch"], exporters: ["jaeger_storage_exporter"] },
      },
      telemetry: {
        resource: { "service.name": "jaeger" },
        metrics: {
          level: "detailed",
          readers: [{ pull: { exporter: { prometheus: { host: "0.0.0.0", port: 8888 } } } }],
        },
      },
    },
    extensions: {
      healthcheckv2: { use_v2: true, http: { endpoint: everywhere(13133) } },
      jaeger_query: {
        storage: { traces: "spans" },
        grpc: { endpoint: everywhere(16685) },
        http: { endpoint: everywhere(tools.jaeger.targetPort) },
      },
      jaeger_storage: { backends: { spans: store } },
    },
    receivers: {
      otlp: { protocols: { grpc: { endpoint: everywhere(otlpPort) }, http: { endpoint: everywhere(4318) } } },
    },
    processors: { batch: {} },
    exporters: { jaeger_storage_exporter: { trace_storage: "spans" } },
  };
}

function kialiValues({ namespace, mesh, kiali = {}, ...context }: Context): KialiValues {
  const { replicas = 1, resources, writable = false, exposure } = kiali;
  const { service } = tools.kiali;
  const { secret, key } = kialiSigningKey;
  const outside = (tool: { exposure?: ExposureArgs } | undefined) =>
    tool?.exposure && { external_url: `https://${tool.exposure.host}` };
  return {
    auth: { strategy: "token" },
    deployment: {
      instance_name: service,
      ...(context.imageRegistry !== undefined && { image_name: `${context.imageRegistry}/kiali/kiali` }),
      replicas,
      ...(resources && { resources }),
      view_only_mode: !writable,
      // It would let nothing reach the port that Prometheus asks; the catalog's own say more.
      network_policy: { enabled: false },
      ...(replicas > 1 && {
        affinity: { pod_anti: apart({ app: service }).podAntiAffinity },
        pod_disruption_budget: { spec: { minAvailable: 1 } },
      }),
    },
    external_services: {
      istio: { root_namespace: mesh.rootNamespace },
      prometheus: { url: toolUrl("prometheus", namespace) },
      grafana: {
        enabled: true,
        internal_url: toolUrl("grafana", namespace),
        ...outside(context.grafana),
        auth: {
          type: "basic",
          username: `secret:${grafanaAdmin.secret}:${grafanaAdmin.userKey}`,
          password: `secret:${grafanaAdmin.secret}:${grafanaAdmin.passwordKey}`,
        },
      },
      tracing: {
        enabled: true,
        provider: "jaeger",
        internal_url: toolUrl("jaeger", namespace),
        ...outside(context.jaeger),
        use_grpc: false,
      },
    },
    login_token: { signing_key: `secret:${secret}:${key}` },
    server: {
      web_root: tools.kiali.path,
      ...(exposure && { web_fqdn: exposure.host, web_schema: "https", web_port: "443" }),
    },
  };
}

function collectorValues({
  namespace,
  collector = {},
  imageRegistry = "docker.io",
}: Context): OpenTelemetryCollectorValues {
  const { replicas = 1, resources } = collector;
  const off = { enabled: false };
  return {
    fullnameOverride: collectorService,
    mode: "deployment",
    image: { repository: `${imageRegistry}/otel/opentelemetry-collector-k8s` },
    replicaCount: replicas,
    resources: resources ?? { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "512Mi" } },
    podLabels: { app: collectorService },
    ...(replicas > 1 && {
      affinity: apart({ app: collectorService }),
      podDisruptionBudget: { enabled: true, minAvailable: 1 },
    }),
    podSecurityContext: { runAsNonRoot: true, runAsUser: 10001, runAsGroup: 10001 },
    securityContext: confined,
    ports: { "otlp-http": off, "jaeger-compact": off, "jaeger-thrift": off, "jaeger-grpc": off, zipkin: off },
    // In the place of the chart's own, which takes more than spans.
    alternateConfig: {
      extensions: { health_check: { endpoint: "${env:MY_POD_IP}:13133" } },
      receivers: { otlp: { protocols: { grpc: { endpoint: `\${env:MY_POD_IP}:${otlpPort}` } } } },
      processors: {
        memory_limiter: { check_interval: "5s", limit_percentage: 80, spike_limit_percentage: 25 },
        batch: {},
      },
      exporters: {
        // In the clear to the pod's own proxy, which begins the mutual TLS.
        otlp_grpc: {
          endpoint: `${tools.jaeger.service}.${namespace}.svc.cluster.local:${otlpPort}`,
          tls: { insecure: true },
        },
      },
      service: {
        extensions: ["health_check"],
        pipelines: {
          traces: { receivers: ["otlp"], processors: ["memory_limiter", "batch"], exporters: ["otlp_grpc"] },
        },
      },
    },
  };
}

function claim(size: string, storageClass: string | undefined): object {
  return {
    accessModes: ["ReadWriteOnce"],
    resources: { requests: { storage: size } },
    ...(storageClass !== undefined && { storageClassName: storageClass }),
  };
}
