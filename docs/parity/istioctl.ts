import { checks, competing, dangling, impossible, live, never, policies, type Row, valid } from "./answer";

const ambient = never("anything for ambient mode");
const gatewayApi = never("anything of the Gateway API");
const annotated = checks("MW305");
const filtered = [
  ...impossible(
    "mesh/envoyFilter",
    "limits the requests to each pod, last before the router, for the versions that it was tried with",
  ),
  ...policies("require-safe-envoy-filters"),
];
const originated = impossible("mesh/serviceEntry", "begins TLS for requests, with the limits of the catalog");
const ports = impossible("mesh/service", "selects all versions of a service, and says what each port speaks");
const unlike = impossible("mesh/consistency", "has no two routes for the same requests");
const labelled = impossible("mesh/namespace", "has its pods injected by the default control plane");

/** Every message of `istioctl analyze` of Istio 1.31. */
export const istioctl: readonly Row[] = (
  [
    ["IST0001", "internal error", live()],
    ["IST0002", "deprecated field", [...checks("MW002"), ...valid]],
    [
      "IST0101",
      "referenced resource not found",
      [...checks("MW101", "MW104"), ...dangling, ...live("`istioctl analyze`, for a gateway's Secret")],
    ],
    [
      "IST0102",
      "namespace not injected",
      [...labelled, ...checks("MW112"), ...policies("require-injection")],
    ],
    ["IST0103", "pod without proxy", live()],
    ["IST0106", "schema validation error", [...checks("MW001", "MW002", "MW003", "MW106"), ...valid]],
    ["IST0107", "misplaced annotation", annotated],
    ["IST0108", "unknown annotation", annotated],
    ["IST0109", "VirtualServices of the mesh with the same host", [...checks("MW601"), ...competing]],
    ["IST0110", "Sidecars for the same workload", competing],
    ["IST0111", "several Sidecars without a selector", competing],
    ["IST0112", "destination without one of several ports", checks("MW103")],
    ["IST0116", "pods of several Services with different protocols", [...competing, ...checks("MW113")]],
    ["IST0118", "port name without a protocol", ports],
    [
      "IST0123",
      "several injection labels",
      impossible(
        "mesh/namespace",
        "has its pods injected by a revision, and then no other label that would win over it",
      ),
    ],
    ["IST0125", "invalid annotation", annotated],
    ["IST0126", "unknown registry in the mesh networks", never("mesh networks")],
    ["IST0127", "no workload for a selector", dangling],
    ["IST0128", "TLS without CA certificates", originated],
    ["IST0129", "TLS of a port without CA certificates", never("a DestinationRule with portLevelSettings")],
    ["IST0130", "route that is never used", [...checks("MW108", "MW205", "MW406"), ...unlike]],
    ["IST0131", "match that is never used", [...checks("MW108", "MW205"), ...unlike]],
    ["IST0132", "VirtualService's host not in its Gateway", dangling],
    ["IST0133", "schema validation warning", [...checks("MW501"), ...valid]],
    ["IST0134", "ServiceEntry without addresses for TCP", checks("MW607")],
    ["IST0135", "deprecated annotation", annotated],
    ["IST0136", "alpha annotation", annotated],
    ["IST0137", "Services of a workload with different ports for a target port", competing],
    ["IST0138", "certificate in several Gateways", checks("MW114")],
    ["IST0139", "invalid webhook", live()],
    [
      "IST0140",
      "subsets that are not exported to gateways",
      impossible(
        "mesh/virtualService",
        "splits, limits and retries as inside the mesh, below a path that it replaces",
      ),
    ],
    ["IST0141", "missing permissions", live("`pulumi preview`, which queries the API server")],
    ["IST0142", "unsupported Kubernetes", live("`istioctl x precheck`")],
    ["IST0143", "container listens on localhost", live()],
    ["IST0144", "container runs as the proxy's user", [...checks("MW001"), ...policies("require-non-root")]],
    ["IST0145", "Gateways with the same host, port and selector", [...checks("MW107"), ...competing]],
    ["IST0146", "image auto without injection", checks("MW904")],
    ["IST0147", "image auto of a pod without injection", checks("MW904")],
    ["IST0148", "namespace injected by default", labelled],
    ["IST0149", "routing by claims without RequestAuthentication", never("a route by claims")],
    ["IST0150", "port name of an ExternalName Service", never("an ExternalName Service")],
    ["IST0151", "EnvoyFilter without priority", filtered],
    ["IST0152", "EnvoyFilter: REPLACE of an object that is not a filter", filtered],
    ["IST0153", "EnvoyFilter: ADD without effect", filtered],
    ["IST0154", "EnvoyFilter: REMOVE without effect", filtered],
    ["IST0155", "EnvoyFilter without priority, for a version of the proxy", filtered],
    ["IST0156", "unsupported version of the Gateway API", gatewayApi],
    [
      "IST0157",
      "Telemetry without a provider",
      [...checks("MW001", "MW801"), ...impossible("mesh/telemetry", "says which provider gets what")],
    ],
    ["IST0158", "proxies of another version", live()],
    ["IST0159", "Telemetries for the same workload", competing],
    ["IST0160", "several Telemetries without a selector", competing],
    ["IST0161", "invalid certificate of a gateway", live()],
    [
      "IST0162",
      "Gateway's port not in the gateway's Service",
      impossible(
        "mesh/gateway",
        "redirects plain HTTP, and shares a server among hosts with the same certificate",
      ),
    ],
    ["IST0163", "address of an external control plane", never("an external control plane")],
    ["IST0164", "address of an external control plane is no host name", never("an external control plane")],
    ["IST0165", "VirtualService of an internal gateway", dangling],
    ["IST0166", "selector on a Gateway of the Gateway API", gatewayApi],
    ["IST0167", "policy without effect", ambient],
    ["IST0168", "upgrade of unknown compatibility", live("`istioctl x precheck`")],
    ["IST0169", "incompatible upgrade", live("`istioctl x precheck`")],
    ["IST0170", "Services that differ between clusters", live()],
    ["IST0171", "negative condition of a status", live()],
    ["IST0172", "version of the Gateway API that will not be supported", gatewayApi],
    [
      "IST0173",
      "subset without pods",
      [...checks("MW207"), ...live("`istioctl analyze`, for pods that other tools deploy")],
    ],
    ["IST0174", "DestinationRule for an unknown host", dangling],
    ["IST0175", "keys of issuers fetched from anywhere", live()],
    ["IST0176", "CRDs of the Gateway API that are too old", gatewayApi],
    [
      "IST0177",
      "ServiceEntries with different protocols for a host's port",
      [...checks("MW601"), ...competing],
    ],
  ] as const
).map(([id, mistake, answers]) => ({ id, mistake, answers }));
