import { object } from "../changed";

export const networking = "networking.istio.io/v1";
export const security = "security.istio.io/v1";
export const gatewayApi = "gateway.networking.k8s.io/v1";
export const labelled = (name: string, labels: object): object => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels },
});

/** Pods with the label `app` and a container's port 8080. */
export const pods = (name: string, namespace: string, labels: object = {}): object =>
  object(
    "apps/v1",
    "Deployment",
    name,
    {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name, ...labels } },
        spec: {
          containers: [
            { name, image: `registry.example.com/${name}:1.0.0`, ports: [{ containerPort: 8080 }] },
          ],
        },
      },
    },
    namespace,
  );
export const serving = (name: string, namespace: string, port: object = {}): object =>
  object(
    "v1",
    "Service",
    name,
    { selector: { app: name }, ports: [{ name: "http", port: 8080, targetPort: 8080, ...port }] },
    namespace,
  );

/** A namespace in ambient mode, without a waypoint. */
export const withoutWaypoint = [
  labelled("ambient", { "istio.io/dataplane-mode": "ambient" }),
  pods("api", "ambient"),
  serving("api", "ambient"),
];
export const waypoint = object(
  gatewayApi,
  "Gateway",
  "waypoint",
  { gatewayClassName: "istio-waypoint", listeners: [{ name: "mesh", port: 15008, protocol: "HBONE" }] },
  "ambient",
);

/** The same namespace with a waypoint. */
export const withWaypoint = [
  labelled("ambient", { "istio.io/dataplane-mode": "ambient", "istio.io/use-waypoint": "waypoint" }),
  ...withoutWaypoint.slice(1),
  waypoint,
];
export const byMethod = { rules: [{ to: [{ operation: { methods: ["GET"] } }] }] };
export const selecting = { selector: { matchLabels: { app: "api" } } };
export const tokens = {
  jwtRules: [{ issuer: "https://login.example.com", jwksUri: "https://login.example.com/keys" }],
};
export const wasm = {
  url: "oci://registry.example.com/filter@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
};
export const logs = { accessLogging: [{ providers: [{ name: "envoy" }] }] };
export const inAmbient = (apiVersion: string, kind: string, spec: object, namespace = "ambient"): object =>
  object(apiVersion, kind, "second", spec, namespace);
export const routeToApi = {
  hosts: ["api.ambient.svc.cluster.local"],
  http: [{ route: [{ destination: { host: "api.ambient.svc.cluster.local", port: { number: 8080 } } }] }],
};
export const limits = {
  host: "api.ambient.svc.cluster.local",
  trafficPolicy: { connectionPool: { http: { http1MaxPendingRequests: 10 } } },
};
export const listener = { name: "http", port: 80, protocol: "HTTP", hostname: "api.example.com" };
export const apiGateway = (name: string, spec: object = {}): object =>
  object(gatewayApi, "Gateway", name, { gatewayClassName: "istio", listeners: [listener], ...spec });
export const fromWeb = [{ source: { principals: ["cluster.local/ns/shop/sa/web"] } }];
/** The rule of the policy, with a further source. */
export const rule = (source: object): object => ({
  spec: {
    rules: [{ from: [...fromWeb, { source }], to: [{ operation: { methods: ["GET"], ports: ["8080"] } }] }],
  },
});
export const mutual = (name: string, host: string, namespace: string): object =>
  object(
    networking,
    "DestinationRule",
    name,
    { host, trafficPolicy: { tls: { mode: "ISTIO_MUTUAL" } } },
    namespace,
  );
