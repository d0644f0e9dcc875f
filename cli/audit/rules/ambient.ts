import { mistakes } from "../../../effect";
import { gatewayGroup } from "../../../effect/gatewayApi/names";
import { isListed } from "../audited";
import { type AuditRule, findingOf } from "../rule";
import { deployment, documents, service } from "./examples";

const namespace = (labels: string): string => `apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient${labels} } }
`;
const waypoint = `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: waypoint, namespace: shop }
spec: { gatewayClassName: istio-waypoint, listeners: [{ name: mesh, port: 15008, protocol: HBONE }] }
`;
const reading = (attached: string): string => `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: web, namespace: shop }
spec:
  ${attached}
  rules: [{ to: [{ operation: { methods: [GET] } }] }]
`;
const withWaypoint = [
  namespace(", istio.io/use-waypoint: waypoint"),
  waypoint,
  deployment("web"),
  service("web"),
];

export const waypointsRead: AuditRule = {
  code: "MW955",
  severity: "warning",
  title: "a setting about requests that no waypoint reads",
  why: [
    "In ambient mode, ztunnel handles connections. Only a waypoint reads requests, and it ignores selectors.",
    "Policies for requests need targetRefs to a Service with a waypoint. Routes and limits need the namespace of the Service or the waypoint.",
  ],
  see: { title: "Use layer 7 features", url: "https://istio.io/latest/docs/ambient/usage/l7-features/" },
  ignore: "only clients with a sidecar are meant.",
  examples: {
    wrong: documents(...withWaypoint, reading("selector: { matchLabels: { app: web } }")),
    right: documents(...withWaypoint, reading("targetRefs: [{ kind: Service, group: '', name: web }]")),
  },
  find: ({ model }) => mistakes.unreadByWaypoints(model).map(findingOf),
};

export const ambientLabelsAgree: AuditRule = {
  code: "MW956",
  severity: "warning",
  title: "a label of ambient mode without effect",
  why: [
    "Pods with a sidecar are not in ambient mode, and a waypoint gets requests only to what is.",
    "If a waypoint does not exist, connections pass without it, and no rule about requests applies.",
  ],
  see: {
    title: "Add workloads to the mesh",
    url: "https://istio.io/latest/docs/ambient/usage/add-workloads/#ambient-labels",
  },
  ignore: "another repository has the waypoint.",
  examples: {
    wrong: documents(namespace(", istio-injection: enabled"), deployment("web")),
    right: documents(namespace(""), deployment("web")),
  },
  *find(audited) {
    const { model } = audited;
    yield* mistakes.uselessAmbientLabels(model).map(findingOf);
    for (const { waypoint: name, ...mistake } of mistakes.missingWaypoints(model)) {
      const [of = ""] = name.split("/");
      if (isListed(audited, "Gateway", gatewayGroup, of)) yield findingOf(mistake);
      else
        yield {
          object: mistake.object,
          unknown: `Waypoints of the namespace ${of} may be missing among the objects, so labels that name them are not judged.`,
        };
    }
  },
};
