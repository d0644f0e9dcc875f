/** Values of istiod's chart that are harmless, or that other policies judge. */
export const ISTIOD_VALUES = [
  ...["affinity", "autoscaleBehavior", "autoscaleEnabled", "autoscaleMax", "autoscaleMin", "cpu", "memory"],
  ...[
    "deploymentAnnotations",
    "deploymentLabels",
    "nodeSelector",
    "podAnnotations",
    "podLabels",
    "replicaCount",
  ],
  ...[
    "resources",
    "revision",
    "revisionTags",
    "rollingMaxSurge",
    "rollingMaxUnavailable",
    "serviceAccountAnnotations",
  ],
  ...[
    "serviceAnnotations",
    "tag",
    "tolerations",
    "topologySpreadConstraints",
    "traceSampling",
    "cni.enabled",
    "cni.provider",
  ],
  ...[
    "env.BLOCKED_CIDRS_IN_JWKS_URIS",
    "env.ENABLE_NATIVE_SIDECARS",
    "env.CITADEL_SELF_SIGNED_CA_CERT_TTL",
    "env.DEFAULT_WORKLOAD_CERT_TTL",
  ],
  ...[
    "env.MAX_WORKLOAD_CERT_TTL",
    "env.PILOT_DEBOUNCE_AFTER",
    "env.PILOT_DEBOUNCE_MAX",
    "env.PILOT_PUSH_THROTTLE",
  ],
  ...["global.configValidation", "global.defaultPodDisruptionBudget", "global.hub", "global.imagePullPolicy"],
  ...[
    "global.imagePullSecrets",
    "global.istioNamespace",
    "global.logAsJson",
    "global.logging",
    "global.meshID",
  ],
  ...[
    "global.multiCluster.clusterName",
    "global.network",
    "global.networkPolicy.enabled",
    "global.operatorManageWebhooks",
    "global.platform",
  ],
  ...["global.priorityClassName", "global.tag", "global.variant", "global.waypoint.resources"],
  ...["global.proxy.autoInject", "global.proxy.exclude*", "global.proxy.holdApplicationUntilProxyStarts"],
  ...["global.proxy.include*", "global.proxy.lifecycle", "global.proxy.logLevel", "global.proxy.readiness*"],
  ...["global.proxy.resources", "global.proxy.seccompProfile", "global.proxy.startupProbe"],
  ...["global.proxy_init.resources", "keepaliveMaxServerConnectionAge"],
  ...["meshConfig.accessLog*", "meshConfig.connectTimeout", "meshConfig.defaultHttpRetryPolicy"],
  ...["meshConfig.defaultProviders", "meshConfig.dnsRefreshRate", "meshConfig.enableAutoMtls"],
  ...["meshConfig.enablePrometheusMerge", "meshConfig.enableTracing", "meshConfig.extensionProviders"],
  ...["meshConfig.meshMTLS.minProtocolVersion", "meshConfig.tlsDefaults.minProtocolVersion", "profile"],
  ...["meshConfig.h2UpgradePolicy", "meshConfig.localityLbSetting", "meshConfig.outboundTrafficPolicy.mode"],
  ...["meshConfig.pathNormalization.normalization", "meshConfig.rootNamespace", "meshConfig.tcpKeepalive"],
  ...[
    "meshConfig.trustDomain",
    "meshConfig.defaultConfig.concurrency",
    "meshConfig.defaultConfig.drainDuration",
  ],
  ...["meshConfig.defaultConfig.extraStatTags", "meshConfig.defaultConfig.gatewayTopology"],
  ...[
    "meshConfig.defaultConfig.holdApplicationUntilProxyStarts",
    "meshConfig.defaultConfig.interceptionMode",
  ],
  ...["meshConfig.defaultConfig.proxyMetadata.SECRET_GRACE_PERIOD_RATIO"],
  ...["meshConfig.defaultConfig.proxyMetadata.SECRET_TTL", "meshConfig.defaultConfig.proxyStatsMatcher"],
  ...["meshConfig.defaultConfig.terminationDrainDuration", "meshConfig.defaultConfig.tracing"],
  ...["meshConfig.defaultConfig.tracingServiceName"],
  ...["sidecarInjectorWebhook.defaultTemplates", "sidecarInjectorWebhook.neverInjectSelector"],
  ...["sidecarInjectorWebhook.rewriteAppHTTPProbe"],
];

/** Values of the chart base that are harmless. */
export const BASE_VALUES = [
  ...["base.enableCRDTemplates", "base.excludedCRDs", "base.enableIstioConfigCRDs", "defaultRevision"],
  ...["experimental.stableValidationPolicy", "global.enableReaderRBAC", "global.imagePullSecrets"],
  ...["global.istioNamespace", "global.readerServiceAccount", "global.resourceScope", "profile"],
];

/** Profiles of the charts that only adapt them to a platform, or to ambient mode. */
export const PROFILES = ["", "ambient", "default", "minimal", "openshift", "openshift-ambient", "stable"];

/** Values of the gateway chart that are harmless, or that other policies judge. */
export const GATEWAY_VALUES = [
  ...[
    "affinity",
    "autoscaling",
    "imagePullPolicy",
    "imagePullSecrets",
    "kind",
    "labels",
    "minReadySeconds",
    "name",
  ],
  ...["networkGateway", "nodeSelector", "platform", "podAnnotations", "podDisruptionBudget", "podLabels"],
  ...[
    "priorityClassName",
    "rbac",
    "replicaCount",
    "resources",
    "revision",
    "service",
    "serviceAccount",
    "strategy",
  ],
  ...["terminationGracePeriodSeconds", "tolerations", "topologySpreadConstraints", "unprivilegedPort"],
  ...[
    "env.SECRET_GRACE_PERIOD_RATIO",
    "env.SECRET_TTL",
    "global.imagePullSecrets",
    "global.platform",
    "global.tag",
  ],
];

/** Values of the charts cni and ztunnel that are harmless, or that other policies judge. */
export const NODE_VALUES = [
  ...[
    "affinity",
    "ambient.enabled",
    "chained",
    "cniBinDir",
    "cniConfDir",
    "cniConfFileName",
    "cniNetnsDir",
    "hub",
  ],
  ...[
    "global.hub",
    "global.imagePullPolicy",
    "global.imagePullSecrets",
    "global.logAsJson",
    "global.platform",
  ],
  ...[
    "global.tag",
    "global.variant",
    "imagePullPolicy",
    "imagePullSecrets",
    "istioNamespace",
    "logAsJson",
    "logging",
  ],
  ...[
    "podAnnotations",
    "podLabels",
    "priorityClassName",
    "provider",
    "repair.enabled",
    "resourceName",
    "resources",
  ],
  ...[
    "resourceQuotas",
    "revision",
    "rollingMaxUnavailable",
    "tag",
    "terminationGracePeriodSeconds",
    "tolerations",
  ],
  ...["profile", "updateStrategy", "variant"],
];

/** Annotations of Istio on pods that are harmless, or that policies judge. A * at the end matches any suffix. */
export const ANNOTATIONS = [
  "ambient.istio.io/bypass-inbound-capture",
  "galley.istio.io/*",
  "inject.istio.io/templates",
  "istio.io/rev",
  "prometheus.istio.io/*",
  "proxy.istio.io/config",
  "sidecar.istio.io/agentLogLevel",
  "sidecar.istio.io/componentLogLevel",
  "sidecar.istio.io/extraStatTags",
  "sidecar.istio.io/inject",
  "sidecar.istio.io/interceptionMode",
  "sidecar.istio.io/logLevel",
  "sidecar.istio.io/nativeSidecar",
  "sidecar.istio.io/proxyCPU*",
  "sidecar.istio.io/proxyImage",
  "sidecar.istio.io/proxyMemory*",
  "sidecar.istio.io/rewriteAppHTTPProbers",
  "sidecar.istio.io/statsInclusion*",
  "sidecar.istio.io/status",
  "traffic.sidecar.istio.io/excludeInboundPorts",
  "traffic.sidecar.istio.io/excludeInterfaces",
  "traffic.sidecar.istio.io/excludeOutboundIPRanges",
  "traffic.sidecar.istio.io/excludeOutboundPorts",
  "traffic.sidecar.istio.io/includeInboundPorts",
  "traffic.sidecar.istio.io/includeOutboundIPRanges",
  "traffic.sidecar.istio.io/includeOutboundPorts",
];

/** Settings of a proxy that are harmless, or that policies judge. */
export const PROXY_SETTINGS = [
  "concurrency",
  "drainDuration",
  "extraStatTags",
  "gatewayTopology",
  "holdApplicationUntilProxyStarts",
  "interceptionMode",
  "interception_mode",
  "proxyStatsMatcher",
  "terminationDrainDuration",
  "tracing",
  "tracingServiceName",
];

/** Settings below tracing of a proxy that send no spans to another place. */
export const TRACING_SETTINGS = [
  ...["sampling", "maxPathTagLength", "max_path_tag_length", "customTags", "custom_tags"],
  ...["enableIstioTags", "enable_istio_tags"],
];

/** Environment variables that a pod may set in its proxy's container. A * at the end matches any suffix. */
export const PROXY_VARIABLES = [
  "EXIT_ON_ZERO_ACTIVE_CONNECTIONS",
  "GOMAXPROCS",
  "GOMEMLIMIT",
  "ISTIO_META_REQUESTED_NETWORK_VIEW",
  "ISTIO_META_ROUTER_MODE",
  "ISTIO_META_UNPRIVILEGED_POD",
  "MINIMUM_DRAIN_DURATION",
  "TERMINATION_DRAIN_DURATION_SECONDS",
];
