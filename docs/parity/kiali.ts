import { checks, competing, dangling, impossible, live, never, policies, type Row } from "./answer";

const ambient = never("anything for ambient mode");
const gatewayApi = never("anything of the Gateway API");
const strict = [
  ...impossible(
    "mesh/peerAuthentication",
    "is STRICT in every namespace of the mesh, and leaves the root namespace to the control plane",
  ),
  ...impossible(
    "components/istioObjects",
    "has the mesh-wide PeerAuthentication, which is STRICT unless the arguments say PERMISSIVE",
  ),
];
const mutual = impossible("mesh/destinationRule", "bounds every service, with mutual TLS");
const ports = impossible("mesh/service", "selects all versions of a service, and says what each port speaks");
const known = live("Kiali");

/** Every validation of Kiali 2.31, before its release. */
export const kiali: readonly Row[] = (
  [
    ["KIA0002", "several objects without a selector in a namespace", competing],
    ["KIA0003", "several objects for the same workload", competing],
    [
      "KIA0004",
      "no workload for a selector",
      [...dangling, ...live("Kiali, for pods that other tools deploy")],
    ],
    ["KIA0005", "exported to an unknown namespace", never("exportTo")],
    ["KIA0101", "rule names an unknown namespace", live("Kiali, for namespaces that `admit` names")],
    ["KIA0102", "rule names an unknown method", checks("MW001")],
    [
      "KIA0104",
      "rule names an unknown host",
      impossible(
        "mesh/egressGateway",
        "lets through what the calls say, by the caller's account, and callers' own TLS by the host as well",
      ),
    ],
    ["KIA0105", "rule needs mutual TLS", [...checks("MW303"), ...policies("forbid-weaker-mtls")]],
    [
      "KIA0106",
      "principal without a service account",
      [...checks("MW101", "MW309"), ...live("Kiali, for service accounts that `admit` names")],
    ],
    ["KIA0107", "principal of another cluster", known],
    ["KIA0108", "principal of an unknown trust domain", known],
    ["KIA0109", "ambient: rule about requests without a waypoint", ambient],
    ["KIA0110", "ambient: rule about requests without targetRefs", ambient],
    ["KIA0201", "DestinationRules for the same host and subset", [...checks("MW601"), ...competing]],
    ["KIA0202", "DestinationRule for an unknown host", dangling],
    [
      "KIA0203",
      "subset whose labels no pod has",
      [...checks("MW207"), ...live("Kiali, for pods that other tools deploy")],
    ],
    ["KIA0204", "mutual TLS of a general rule overridden", mutual],
    ["KIA0205", "mutual TLS of callers, and no policy for the mesh", strict],
    ["KIA0206", "mutual TLS of callers, and no policy for the namespace", strict],
    ["KIA0207", "TLS off for a namespace that is STRICT", [...mutual, ...policies("forbid-weaker-mtls")]],
    ["KIA0208", "TLS off for a mesh that is STRICT", [...mutual, ...policies("forbid-weaker-mtls")]],
    [
      "KIA0209",
      "subset without labels",
      impossible(
        "mesh/consistency",
        "has subsets without labels only of the egress gateway, to tell it which host is meant",
      ),
    ],
    ["KIA0210", "ambient: rule without a waypoint", ambient],
    ["KIA0211", "ambient: rule for a service without a waypoint", ambient],
    ["KIA0212", "ambient: rule in another namespace", ambient],
    ["KIA0301", "Gateways with the same host and port", [...checks("MW107"), ...competing]],
    [
      "KIA0302",
      "no workload for a Gateway's selector",
      [...dangling, ...live("Kiali, for a gateway that the program doesn't install")],
    ],
    ["KIA0401", "no rule with mutual TLS for the mesh", mutual],
    ["KIA0501", "no rule with mutual TLS for the namespace", mutual],
    ["KIA0505", "no rule without TLS for a namespace that has none", strict],
    ["KIA0506", "no rule without TLS for a mesh that has none", strict],
    ["KIA0601", "port name without a protocol", ports],
    ["KIA0602", "unknown appProtocol", ports],
    [
      "KIA0701",
      "Service's port that no container has",
      impossible("mesh/consistency", "has a container's port for every port of a Service"),
    ],
    ["KIA1004", "Sidecar names an unknown host", dangling],
    ["KIA1006", "Sidecar of the root namespace with a selector", checks("MW112")],
    [
      "KIA1007",
      "Sidecar without a mode for unknown hosts",
      impossible("mesh/sidecar", "knows the services that are called, each once, and the control plane"),
    ],
    ["KIA1101", "route to an unknown host", dangling],
    ["KIA1102", "VirtualService of an unknown Gateway", dangling],
    [
      "KIA1104",
      "weight of a single destination",
      impossible("mesh/virtualService", "sends everything to an only version"),
    ],
    [
      "KIA1105",
      "destination twice in a route",
      impossible("mesh/consistency", "sends the requests of a route to each destination once"),
    ],
    ["KIA1106", "VirtualServices for the same host", [...checks("MW107"), ...competing]],
    ["KIA1107", "route to an unknown subset", [...checks("MW104"), ...dangling]],
    ["KIA1108", "Gateway named in the deprecated form", dangling],
    ["KIA1109", "ambient: VirtualService without a waypoint", ambient],
    ["KIA1110", "ambient: RequestAuthentication without a waypoint", ambient],
    ["KIA1111", "ambient: WasmPlugin without a waypoint", ambient],
    ["KIA1112", "ambient: Telemetry without a waypoint", ambient],
    ["KIA1113", "ambient: VirtualService for a service without a waypoint", ambient],
    ["KIA1114", "ambient: VirtualService in another namespace", ambient],
    ["KIA1115", "ambient: RequestAuthentication without targetRefs", ambient],
    ["KIA1116", "ambient: WasmPlugin without targetRefs", ambient],
    ["KIA1117", "ambient: Telemetry without targetRefs", ambient],
    ["KIA1211", "ServiceEntries for the same host and port", [...checks("MW601"), ...competing]],
    [
      "KIA1212",
      "ServiceEntries with different protocols for a host's port",
      [...checks("MW601"), ...competing],
    ],
    [
      "KIA1301",
      "workload without an AuthorizationPolicy",
      impossible("mesh/authorizationPolicy", "denies everything that no other allows"),
    ],
    ["KIA1311", "ambient: workload with a sidecar", [...ambient, ...checks("MW305")]],
    [
      "KIA1312",
      "ambient: waypoint of a workload that isn't in ambient mode",
      [...ambient, ...checks("MW305")],
    ],
    ["KIA1313", "ambient: unknown waypoint", [...ambient, ...checks("MW305")]],
    ["KIA1314", "ambient: label of a sidecar and redirection", [...ambient, ...checks("MW305")]],
    ["KIA1315", "ambient: pod with a sidecar", [...ambient, ...checks("MW305")]],
    ["KIA1316", "ambient: namespace with a sidecar", ambient],
    ["KIA1317", "ambient: policy about requests without a waypoint", ambient],
    ["KIA1401", "Gateway API: route of an unknown Gateway", gatewayApi],
    ["KIA1402", "Gateway API: route to an unknown service", gatewayApi],
    ["KIA1501", "Gateway API: Gateways with the same host and port", gatewayApi],
    ["KIA1502", "Gateway API: Gateways with the same address", gatewayApi],
    ["KIA1503", "Gateway API: identical listeners", gatewayApi],
    ["KIA1504", "Gateway API: unknown class", gatewayApi],
    ["KIA1601", "Gateway API: grant for an unknown namespace", gatewayApi],
    ["KIA1701", "WorkloadGroup with an unknown service account", never("a WorkloadGroup")],
    ["KIA1702", "WorkloadGroups with the same labels", never("a WorkloadGroup")],
  ] as const
).map(([id, mistake, answers]) => ({ id, mistake, answers }));
