/** The annotations of Istio, by the kinds that may have them. https://istio.io/latest/docs/reference/config/annotations/ */
const byKinds: readonly (readonly [kinds: readonly string[], names: readonly string[]])[] = [
  [
    ["Service"],
    [
      "alpha.istio.io/canonical-serviceaccounts",
      "alpha.istio.io/kubernetes-serviceaccounts",
      "networking.istio.io/exportTo",
      "traffic.istio.io/nodeSelector",
    ],
  ],
  [
    ["Pod"],
    [
      "ambient.istio.io/bypass-inbound-capture",
      "ambient.istio.io/dns-capture",
      "ambient.istio.io/redirection",
      "inject.istio.io/templates",
      "istio.io/reroute-virtual-interfaces",
      "istio.io/rev",
      "prometheus.istio.io/merge-metrics",
      "proxy.istio.io/config",
      "proxy.istio.io/overrides",
      "readiness.status.sidecar.istio.io/applicationPorts",
      "readiness.status.sidecar.istio.io/failureThreshold",
      "readiness.status.sidecar.istio.io/initialDelaySeconds",
      "readiness.status.sidecar.istio.io/periodSeconds",
      "sidecar.istio.io/agentLogLevel",
      "sidecar.istio.io/bootstrapOverride",
      "sidecar.istio.io/componentLogLevel",
      "sidecar.istio.io/discoveryAddress",
      "sidecar.istio.io/extraStatTags",
      "sidecar.istio.io/inject",
      "sidecar.istio.io/interceptionMode",
      "sidecar.istio.io/logLevel",
      "sidecar.istio.io/nativeSidecar",
      "sidecar.istio.io/proxyCPU",
      "sidecar.istio.io/proxyCPULimit",
      "sidecar.istio.io/proxyImage",
      "sidecar.istio.io/proxyImageType",
      "sidecar.istio.io/proxyMemory",
      "sidecar.istio.io/proxyMemoryLimit",
      "sidecar.istio.io/rewriteAppHTTPProbers",
      "sidecar.istio.io/statsCompression",
      "sidecar.istio.io/statsEvictionInterval",
      "sidecar.istio.io/statsFlushInterval",
      "sidecar.istio.io/statsHistogramBins",
      "sidecar.istio.io/statsHistogramBuckets",
      "sidecar.istio.io/statsInclusionPrefixes",
      "sidecar.istio.io/statsInclusionRegexps",
      "sidecar.istio.io/statsInclusionSuffixes",
      "sidecar.istio.io/status",
      "sidecar.istio.io/userVolume",
      "sidecar.istio.io/userVolumeMount",
      "status.sidecar.istio.io/port",
      "traffic.sidecar.istio.io/excludeInboundPorts",
      "traffic.sidecar.istio.io/excludeInterfaces",
      "traffic.sidecar.istio.io/excludeOutboundIPRanges",
      "traffic.sidecar.istio.io/excludeOutboundPorts",
      "traffic.sidecar.istio.io/includeInboundPorts",
      "traffic.sidecar.istio.io/includeOutboundIPRanges",
      "traffic.sidecar.istio.io/includeOutboundPorts",
      "traffic.sidecar.istio.io/kubevirtInterfaces",
    ],
  ],
  [["GatewayClass", "Gateway"], ["ambient.istio.io/waypoint-inbound-binding"]],
  [["Any"], ["galley.istio.io/analyze-suppress", "gateway.istio.io/controller-version"]],
  [
    ["Gateway"],
    [
      "gateway.istio.io/name-override",
      "gateway.istio.io/service-account",
      "networking.istio.io/service-type",
    ],
  ],
  [
    ["WorkloadEntry"],
    [
      "istio.io/autoRegistrationGroup",
      "istio.io/connectedAt",
      "istio.io/disconnectedAt",
      "istio.io/workloadController",
    ],
  ],
  [["AuthorizationPolicy"], ["istio.io/dry-run"]],
  [["Service", "ServiceEntry", "Namespace"], ["istio.io/use-waypoint-canary-weight"]],
  [["Ingress"], ["kubernetes.io/ingress.class"]],
  [["Namespace", "Service", "ServiceEntry"], ["networking.istio.io/traffic-distribution"]],
  [["Namespace"], ["topology.istio.io/controlPlaneClusters"]],
];

/** Annotations that Istio still reads, and will remove. */
const deprecated: readonly string[] = [
  "alpha.istio.io/canonical-serviceaccounts",
  "alpha.istio.io/kubernetes-serviceaccounts",
  "sidecar.istio.io/discoveryAddress",
  "sidecar.istio.io/extraStatTags",
  "sidecar.istio.io/inject",
  "sidecar.istio.io/statsCompression",
  "sidecar.istio.io/statsInclusionPrefixes",
  "sidecar.istio.io/statsInclusionRegexps",
  "sidecar.istio.io/statsInclusionSuffixes",
  "traffic.sidecar.istio.io/kubevirtInterfaces",
];

/** An annotation of Istio. */
export interface KnownAnnotation {
  /** Kinds of objects that may have it: `Pod` for pods and their templates, `Any` for every kind. */
  readonly kinds: readonly string[];
  readonly deprecated: boolean;
}

const known: ReadonlyMap<string, KnownAnnotation> = new Map(
  byKinds.flatMap(([kinds, names]) =>
    names.map((name) => [name, { kinds, deprecated: deprecated.includes(name) }] as const),
  ),
);

/** What is known of an annotation. Undefined if Istio has none of that name. */
export function knownAnnotation(name: string): KnownAnnotation | undefined {
  return known.get(name);
}

/** The names of all annotations of Istio. */
export const annotationNames: readonly string[] = [...known.keys()];

/** The annotations that pods may have, without those that Istio will remove. */
export const podAnnotations: readonly string[] = [...known]
  .filter(
    ([, { kinds, deprecated: isOld }]) => !isOld && kinds.some((kind) => kind === "Pod" || kind === "Any"),
  )
  .map(([name]) => name);
