import { mistakes } from "../../../effect";
import { type AuditRule, findingOf } from "../rule";
import { deployment, documents, gateway, meshNamespace, route, routes, service } from "./examples";

/** The page of a message of the analyzer. */
const analyzer = (title: string, page: string): AuditRule["see"] => ({
  title,
  url: `https://istio.io/latest/docs/reference/config/analysis/${page}/`,
});

const annotated = (annotation: string): string =>
  deployment("web").replace(
    "labels: { app: web } }",
    `labels: { app: web }, annotations: { ${annotation} } }`,
  );

export const annotationsRead: AuditRule = {
  code: "MW942",
  severity: "warning",
  title: "an annotation that Istio does not read",
  why: [
    "Istio ignores an annotation of another name, and on another kind of object. A mistyped one has no effect, and nothing reports it.",
    "If the value has another form, pods get no working proxy.",
  ],
  see: { title: "Resource annotations", url: "https://istio.io/latest/docs/reference/config/annotations/" },
  ignore: "a newer version of Istio has the annotation.",
  examples: {
    wrong: documents(meshNamespace, annotated('sidecar.istio.io/proxycpu: "100m"')),
    right: documents(meshNamespace, annotated('sidecar.istio.io/proxyCPU: "100m"')),
  },
  find: ({ model }) => mistakes.annotations(model).map(findingOf),
};

const twoPorts = service("reviews").replace(
  "ports: [{ name: http, port: 8080 }]",
  "ports: [{ name: http, port: 8080 }, { name: http-admin, port: 9090 }]",
);

export const portNamed: AuditRule = {
  code: "MW943",
  severity: "info",
  title: "a destination without a port, of a host with several",
  why: [
    "A request then keeps the port on which the client sent it. Requests of a gateway have the gateway's port.",
    "A proxy answers requests to a port that the destination does not have with 503.",
  ],
  see: analyzer("VirtualServiceDestinationPortSelectorRequired", "ist0112"),
  ignore: "clients use only the ports of the destination.",
  examples: {
    wrong: documents(twoPorts, routes("route: [{ destination: { host: reviews } }]")),
    right: documents(twoPorts, routes("route: [{ destination: { host: reviews, port: { number: 8080 } } }]")),
  },
  find: ({ model }) => mistakes.portlessDestinations(model).map(findingOf),
};

const ingress = deployment("ingress", { labels: "istio: ingress" });
const served = service("ingress", "name: https, port: 443").replace("app: ingress", "istio: ingress");
const tls = "tls: { mode: SIMPLE, credentialName: shop }";
const listening = (port: number): string =>
  gateway(`{ port: { number: ${port}, name: https, protocol: HTTPS }, hosts: [shop.example.com], ${tls} }`);

export const portServed: AuditRule = {
  code: "MW944",
  severity: "warning",
  title: "a Gateway's port that the Service of its pods does not have",
  why: ["Clients connect to the Service. Of a port that it does not have, no connection reaches the pods."],
  see: analyzer("GatewayPortNotDefinedOnService", "ist0162"),
  ignore: "clients connect to the pods or nodes directly.",
  examples: {
    wrong: documents(ingress, served, listening(9443)),
    right: documents(ingress, served, listening(443)),
  },
  find: ({ model }) => mistakes.unservedPorts(model).map(findingOf),
};

const second = (port: string): string => service("web", port).replace("name: web,", "name: web-2,");

export const servicesAgree: AuditRule = {
  code: "MW945",
  severity: "warning",
  title: "contradicting Services of the same pods, or ServiceEntries of the same host",
  why: [
    "A proxy has one listener for each port of its pod. Of two Services with the port, it applies the protocol and the settings of one.",
  ],
  see: {
    title: "Application requirements",
    url: "https://istio.io/latest/docs/ops/deployment/application-requirements/",
  },
  ignore: "clients use only one of the Services.",
  examples: {
    wrong: documents(meshNamespace, deployment("web"), service("web"), second("name: tcp, port: 8080")),
    right: documents(meshNamespace, deployment("web"), service("web"), second("name: http, port: 8080")),
  },
  find: ({ model }) =>
    [...mistakes.contradictingServices(model), ...mistakes.contradictingEntries(model)].map(findingOf),
};

const alias = (name: string): string => `apiVersion: v1
kind: Service
metadata: { name: db, namespace: shop }
spec: { type: ExternalName, externalName: db.example.com, ports: [{ name: ${name}, port: 5432 }] }
`;

export const aliasNarrow: AuditRule = {
  code: "MW946",
  severity: "warning",
  title: "a TCP port of an ExternalName Service",
  why: [
    "The Service has no address of its own. Proxies therefore match all connections with the port, also to other hosts.",
  ],
  see: analyzer("ExternalNameServiceTypeInvalidPortName", "ist0150"),
  ignore: "no pod of the mesh uses the port for another host.",
  examples: { wrong: alias("tcp"), right: alias("tls-db") },
  find: ({ model }) => mistakes.aliasPorts(model).map(findingOf),
};

const logs = (providers: string): string => `apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: default, namespace: shop }
spec: { accessLogging: [{ ${providers}filter: { expression: response.code >= 500 } }] }
`;

export const logsReceived: AuditRule = {
  code: "MW947",
  severity: "info",
  title: "an access log without a provider",
  why: ["Without a default provider in the mesh configuration, proxies then write no access log."],
  see: analyzer("InvalidTelemetryProvider", "ist0157"),
  ignore: "the mesh configuration has a default provider for access logs.",
  examples: { wrong: logs(""), right: logs("providers: [{ name: envoy }], ") },
  find: ({ model }) => mistakes.unreceivedLogs(model).map(findingOf),
};

const byClaim = 'match: [{ headers: { "@request.auth.claims.group": { exact: a } } }]';
const claimRoute = route("shop.example.com", "public").replace("[{ direct", `[{ ${byClaim}, direct`);
const tokens = `apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: { name: tokens, namespace: shop }
spec:
  selector: { matchLabels: { istio: ingress } }
  jwtRules: [{ issuer: "https://login.example.com" }]
`;

export const claimsVerified: AuditRule = {
  code: "MW949",
  severity: "warning",
  title: "a route by claims of tokens that nothing verifies",
  why: [
    "A proxy reads claims only from tokens that a RequestAuthentication of its pods verifies.",
    "Without one, no request matches the route.",
  ],
  see: analyzer("JwtClaimBasedRoutingWithoutRequestAuthN", "ist0149"),
  ignore: "another repository has the RequestAuthentication.",
  examples: {
    wrong: documents(ingress, listening(443), claimRoute),
    right: documents(ingress, listening(443), claimRoute, tokens),
  },
  find: ({ model }) => mistakes.unverifiedClaims(model).map(findingOf),
};
