import { facts } from "../../../policy-pack/facts";
import {
  annotated,
  type Case,
  caseOf as way,
  destinationRule,
  entry,
  gatewayApi,
  istiod,
  object,
  parentRefs,
  to,
  type Tree,
  typed,
  virtualService,
} from "./object";

const digest = "0123456789abcdef".repeat(4);
const wasm = (url: string, more: Tree = {}) => object("WasmPlugin", "check", { spec: { url, ...more } });
const proxied = (config: string) => annotated({ "proxy.istio.io/config": config });
const provider = (kind: string, fields: Tree) =>
  istiod({}, { extensionProviders: [{ name: "x", [kind]: fields }] });
const tracing = (fields: Tree) => istiod({}, { defaultConfig: { tracing: fields } });
const cart = { name: "cart", port: 80 };
const timeouts = { request: "5s" };
const hostname = { group: "networking.istio.io", kind: "Hostname", name: "pay.example.com", port: 443 };
const pay = entry({
  hosts: ["pay.example.com"],
  resolution: "DNS",
  location: "MESH_EXTERNAL",
  ports: [{ number: 443, name: "tls", protocol: "TLS" }],
});
const filtered = (filter: Tree, backend: Tree = cart, more: Tree = {}, kind = "HTTPRoute") =>
  gatewayApi(kind, "web", {
    parentRefs,
    hostnames: ["shop.example.com"],
    rules: [{ filters: [filter], backendRefs: [backend], timeouts }],
    ...more,
  });
const rewritten = (host: string, ...more: [backend?: Tree, fields?: Tree]) =>
  filtered({ type: "URLRewrite", urlRewrite: { hostname: host } }, ...more);
const setting = (name: string, value: string) =>
  filtered({ type: "RequestHeaderModifier", requestHeaderModifier: { set: [{ name, value }] } });
const route = (more: Tree, host = "cart") => virtualService({ hosts: ["cart"], http: [to(host, more)] });
const headers = (set: Tree) => route({ headers: { request: { set } } });
const ofService = [{ group: "", kind: "Service", name: "cart" }];
const connections = (kind: string, version: string, more: Tree = {}) =>
  gatewayApi(
    kind,
    "cart",
    { parentRefs: ofService, rules: [{ backendRefs: [hostname] }], ...more },
    {},
    version,
  );
const resolved = (host: string) =>
  entry({ hosts: [host], resolution: "DNS", ports: [{ number: 80, name: "http", protocol: "HTTP" }] });
const alias = (externalName: string) =>
  object("Service", "outside", {
    spec: { type: "ExternalName", externalName, ports: [{ name: "http", port: 80 }] },
  });
const slice = (service: string) =>
  typed(
    "discovery.k8s.io/v1",
    "EndpointSlice",
    "more",
    { addressType: "IPv4", endpoints: [{ addresses: ["203.0.113.1"] }], ports: [{ name: "http", port: 80 }] },
    { labels: { "kubernetes.io/service-name": service } },
  );
const cors = (exact: string) => route({ corsPolicy: { allowOrigins: [{ exact }], allowCredentials: true } });

/** Ways past the pack by what proxies load, and by what leaves the mesh or reaches a service under another name. */
export const leavingWays: readonly Case[] = [
  way("a module of a file in the proxy", wasm("file:///opt/filter.wasm")),
  way(
    "a module of a file with a checksum that Istio ignores",
    wasm("file:///opt/filter.wasm", { sha256: digest }),
  ),
  way("a module of a file in upper case", wasm("FILE:///opt/filter.wasm")),
  way("a module whose address only looks pinned", wasm(`https://x.example.com/check@sha256:${digest}`)),
  way(
    "a module of a file in a TrafficExtension",
    typed("extensions.istio.io/v1alpha1", "TrafficExtension", "check", {
      spec: { wasm: { url: "file:///opt/x.wasm" } },
    }),
  ),
  way("spans of a pod to an external host", proxied("tracing: {zipkin: {address: 'x.example.com:9411'}}")),
  way(
    "spans of a pod to an external collector",
    proxied("tracing: {openCensusAgent: {address: 'x.example.com:55678'}}"),
  ),
  way(
    "access logs of a pod to an external host",
    proxied("envoyAccessLogService: {address: 'x.example.com:9001'}"),
  ),
  way("spans of the mesh to an external host", tracing({ zipkin: { address: "x.example.com:9411" } })),
  way(
    "an authorizer at an external host",
    provider("envoyExtAuthzHttp", { service: "x.example.com", port: 443 }),
  ),
  way(
    "a gRPC authorizer at an external host",
    provider("envoyExtAuthzGrpc", { service: "x.example.com", port: 443 }),
  ),
  way(
    "an authorizer at a host of a namespace's registry",
    provider("envoyExtAuthzGrpc", { service: "shop/x.example.com", port: 443 }),
  ),
  way(
    "spans by a provider to an external host",
    provider("opentelemetry", { service: "x.example.com", port: 443 }),
  ),
  way(
    "access logs by a provider to an external host",
    provider("envoyHttpAls", { service: "x.example.com", port: 443 }),
  ),
  way("credentials in access logs", istiod({}, { accessLogFormat: "%REQ(AUTHORIZATION)%" })),
  way(
    "cookies in access logs of a provider",
    provider("envoyFileAccessLog", {
      path: "/dev/stdout",
      logFormat: { labels: { user: "%REQ(X-USER?COOKIE)%" } },
    }),
  ),
  way("another host by a URLRewrite", rewritten("x.example.com")),
  way(
    "another host of a Service's requests by a URLRewrite",
    rewritten("x.example.com", cart, { parentRefs: ofService, hostnames: undefined }),
  ),
  way("another Service's host by a URLRewrite", rewritten("pay.bank.svc.cluster.local")),
  way("another host by a header of an HTTPRoute", setting("Host", "x.example.com")),
  way("another host by a rewrite", route({ rewrite: { authority: "x.example.com" } })),
  way("another host by a header", headers({ Host: "x.example.com" })),
  way("another host by a pseudo header", headers({ ":authority": "x.example.com" })),
  way(
    "attempts without a limit by a header",
    headers({ "x-envoy-max-retries": "100", "x-envoy-retry-on": "5xx" }),
  ),
  way("a timeout without a limit by a header", setting("X-Envoy-Upstream-Rq-Timeout-Ms", "0")),
  way("one user's token for all clients", headers({ authorization: "Bearer abc" })),
  way("one user's cookie for all clients", setting("Cookie", "session=abc")),
  way("connections of a Service to an external host by a TCPRoute", pay, connections("TCPRoute", "v1alpha2")),
  way(
    "connections of a Service to an external host by a TLSRoute",
    pay,
    connections("TLSRoute", "v1", { hostnames: ["cart.shop.svc.cluster.local"] }),
  ),
  way(
    "an authorizer of a route at an external host",
    filtered({ type: "ExternalAuth", externalAuth: { protocol: "HTTP", backendRef: hostname } }),
  ),
  way("the own pod as an external host", resolved("localhost")),
  way("the metadata service of a cloud by its name", resolved("metadata.google.internal")),
  way("the own pod by an alias", alias("localhost")),
  way("the metadata service of a cloud by an alias", alias("instance-data.ec2.internal")),
  way("an address beside the pods of a Service", slice("cart")),
  way(
    "an address beside the pods of a Service in the old API",
    typed("v1", "Endpoints", "cart", { subsets: [] }),
  ),
  way("credentials for pages without an origin", cors("null")),
];

/** Programs beside these ways that pass the pack. */
export const leavingPrograms: readonly Case[] = [
  way("a module by its digest", wasm(`oci://registry.example.com/check@sha256:${digest}`)),
  way("a module of a registry without a scheme", wasm(`registry.example.com/check@sha256:${digest}`)),
  way("a module of a website with a checksum", wasm("https://x.example.com/check.wasm", { sha256: digest })),
  way("tracing of a pod", proxied("tracing: {sampling: 1, maxPathTagLength: 64}")),
  way("spans of the mesh to a Service", tracing({ zipkin: { address: "zipkin.istio-system:9411" } })),
  way(
    "an authorizer in the mesh",
    provider("envoyExtAuthzGrpc", { service: "opa.shop.svc.cluster.local", port: 9191 }),
  ),
  way(
    "an authorizer in a namespace's registry",
    provider("envoyExtAuthzGrpc", { service: "shop/opa.shop.svc.cluster.local", port: 9191 }),
  ),
  way(
    "access logs without credentials",
    istiod({}, { accessLogFormat: "%REQ(:METHOD)% %REQ(X-REQUEST-ID)% %RESPONSE_CODE%" }),
  ),
  way(
    "another path by a URLRewrite",
    filtered({
      type: "URLRewrite",
      urlRewrite: { path: { type: "ReplacePrefixMatch", replacePrefixMatch: "/" } },
    }),
  ),
  way("an external host under its own name by a URLRewrite", pay, rewritten("pay.example.com", hostname)),
  way("a Service under its own name by a URLRewrite", rewritten("cart.shop.svc.cluster.local")),
  way("the host of the route by a URLRewrite", rewritten("shop.example.com")),
  way(
    "an external host under its own name",
    pay,
    virtualService({
      hosts: ["shop.example.com"],
      gateways: ["ingress/public"],
      http: [to("pay.example.com", { rewrite: { authority: "pay.example.com" } })],
    }),
  ),
  way("a Service under its short name", route({ rewrite: { authority: "cart" } })),
  way("a header of the application", headers({ "x-channel": "web" })),
  way(
    "connections of a Service to it by a TCPRoute",
    gatewayApi(
      "TCPRoute",
      "cart",
      { parentRefs: ofService, rules: [{ backendRefs: [cart] }] },
      {},
      "v1alpha2",
    ),
  ),
  way("an alias of an external host", alias("db.example.com")),
  way(
    "the address of a Service without pods",
    object("Service", "legacy", { spec: { ports: [{ name: "http", port: 80 }] } }),
    destinationRule("legacy", { host: "legacy" }),
    slice("legacy"),
  ),
  way("credentials for one origin", cors("https://shop.example.com")),
  way("a chart's version", istiod({ tag: facts.istio.version })),
];
