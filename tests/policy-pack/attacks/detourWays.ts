import {
  allowing,
  type Case,
  caseOf as way,
  entry,
  from,
  gatewayApi,
  insertedFilter,
  istiod,
  object,
  parentRefs,
  patch,
  release,
  to,
  type Tree,
  typed,
  virtualService,
  workload,
} from "./object";

const outside = entry({
  hosts: ["pay.example.com"],
  resolution: "DNS",
  location: "MESH_EXTERNAL",
  ports: [{ number: 443, name: "tls", protocol: "TLS" }],
});
const hostname = { group: "networking.istio.io", kind: "Hostname", name: "pay.example.com", port: 443 };
const cart = { name: "cart", port: 80 };
const timeouts = { request: "5s" };

/** A route of the Gateway API for the cart's requests in the mesh. */
const ofService = (rule: Tree, kind = "HTTPRoute") =>
  gatewayApi(kind, "cart", {
    parentRefs: [{ group: "", kind: "Service", name: "cart", port: 80 }],
    rules: [rule],
  });
const mirror = (backendRef: Tree) => ({
  filters: [{ type: "RequestMirror", requestMirror: { backendRef } }],
  backendRefs: [cart],
  timeouts,
});
const redirect = (requestRedirect: Tree) =>
  ofService({ filters: [{ type: "RequestRedirect", requestRedirect }] });

const endpoint = (address: string, more: Tree = {}) =>
  entry({
    hosts: ["admin.example.com"],
    resolution: "STATIC",
    location: "MESH_EXTERNAL",
    ports: [{ number: 80, targetPort: 15000, name: "http", protocol: "HTTP" }],
    endpoints: [{ address }],
    ...more,
  });

const filter = (type: string, config: Tree) =>
  insertedFilter({
    name: "limit",
    typed_config: { "@type": `type.googleapis.com/envoy.extensions.filters.http.${type}`, ...config },
  });
const rateLimit = (service: Tree) =>
  filter("ratelimit.v3.RateLimit", { domain: "shop", rate_limit_service: { grpc_service: service } });

const keys = (rule: Tree) =>
  object("RequestAuthentication", "cart", {
    spec: {
      selector: { matchLabels: { app: "cart" } },
      jwtRules: [{ issuer: "https://i.example.com", ...rule }],
    },
  });
const withToken = allowing(from({ requestPrincipals: ["https://i.example.com/*"] }));
const samples = "istio/istio/raw/release-1.31/security/tools/jwt/samples/jwks.json";

const definition = (group: string, conversion: Tree) =>
  typed("apiextensions.k8s.io/v1", "CustomResourceDefinition", `things.${group}`, {
    spec: { group, scope: "Namespaced", versions: [], conversion },
  });
const webhook = { strategy: "Webhook", webhook: { clientConfig: { url: "https://x.example.com" } } };
const server = (group: string, service?: Tree) =>
  typed("apiregistration.k8s.io/v1", "APIService", `v1.${group}`, {
    spec: { group, version: "v1", service },
  });
const bundle = (name: string) =>
  typed("certificates.k8s.io/v1beta1", "ClusterTrustBundle", name, { spec: { trustBundle: "x" } });
const assign = (location: string) =>
  typed("mutations.gatekeeper.sh/v1", "Assign", "pods", { spec: { location } });

const peers = (mode: string) => ({
  apiVersion: "security.istio.io/v1",
  kind: "PeerAuthentication",
  metadata: { name: "default", namespace: "shop" },
  spec: { mtls: { mode } },
});
const crossplane = (manifest: Tree) =>
  typed("kubernetes.crossplane.io/v1alpha2", "Object", "mtls", { spec: { forProvider: { manifest } } });
const manifestWork = (...manifests: Tree[]) =>
  typed("work.open-cluster-management.io/v1", "ManifestWork", "mtls", { spec: { workload: { manifests } } });
const generated = (mode: string) =>
  typed("kyverno.io/v1", "ClusterPolicy", "mtls", {
    spec: {
      rules: [
        {
          name: "mtls",
          generate: {
            apiVersion: "security.istio.io/v1",
            kind: "PeerAuthentication",
            name: "default",
            namespace: "{{request.object.metadata.name}}",
            data: { spec: { mtls: { mode } } },
          },
        },
      ],
    },
  });

const lifecycle = (actions: Tree) => istiod({ global: { proxy: { lifecycle: actions } } });
const authorizer = (...headersToUpstreamOnAllow: string[]) =>
  istiod(
    {},
    {
      extensionProviders: [
        {
          name: "login",
          envoyExtAuthzHttp: {
            service: "login.shop.svc.cluster.local",
            port: 80,
            headersToUpstreamOnAllow,
          },
        },
      ],
    },
  );
const repository = (url: string) =>
  typed("source.toolkit.fluxcd.io/v1", "OCIRepository", "chart", { spec: { url, ref: { tag: "1.31.0" } } });
const flux = (name: string) =>
  typed("helm.toolkit.fluxcd.io/v2", "HelmRelease", name, {
    spec: { chartRef: { kind: "OCIRepository", name } },
  });
const gatewayName = { app: "web", "gateway.networking.k8s.io/gateway-name": "public" };

/** Ways past the pack by a detour: other kinds of routes, endpoints, spellings and tools. */
export const detourWays: readonly Case[] = [
  way(
    "a Service's requests to an external host by an HTTPRoute",
    outside,
    ofService({ backendRefs: [hostname], timeouts }),
  ),
  way(
    "a Service's requests to a host of another stack by an HTTPRoute",
    ofService({ backendRefs: [cart, { ...hostname, weight: 1 }], timeouts }),
  ),
  way(
    "a Service's calls to an external host by a GRPCRoute",
    outside,
    ofService({ backendRefs: [hostname] }, "GRPCRoute"),
  ),
  way("copies of a Service's requests to an external host by an HTTPRoute", ofService(mirror(hostname))),
  way(
    "copies of a gateway's requests to an external host by an HTTPRoute",
    gatewayApi("HTTPRoute", "web", {
      parentRefs,
      hostnames: ["shop.example.com"],
      rules: [mirror(hostname)],
    }),
  ),
  way(
    "clients of a Service redirected to an external host by an HTTPRoute",
    redirect({ hostname: "x.example.com" }),
  ),
  way(
    "clients of a Service redirected to an external host",
    virtualService({ hosts: ["cart"], http: [{ redirect: { authority: "x.example.com:8443" } }] }),
  ),
  way(
    "a Service's host routed to a host of another stack",
    virtualService({ hosts: ["cart"], http: [to("x.example.com")] }),
  ),
  way(
    "copies of requests to a host of another stack",
    virtualService({ hosts: ["cart"], http: [to("cart", { mirror: { host: "x.example.com" } })] }),
  ),
  way(
    "copies of requests to an external host by a patch",
    outside,
    patch("VirtualService", "web", { spec: { http: [to("cart", { mirror: { host: "pay.example.com" } })] } }),
  ),
  way(
    "the administration of a gateway's proxy as an external host",
    endpoint("127.0.0.1"),
    virtualService({
      hosts: ["admin.example.com"],
      gateways: ["ingress/public"],
      http: [to("admin.example.com")],
    }),
  ),
  way("the socket of a proxy's keys as an external host", endpoint("unix:///var/run/secrets/socket")),
  way("the metadata service of a cloud as an external host", endpoint("169.254.169.254")),
  way("the own pod by its name", endpoint("localhost", { resolution: "DNS" })),
  way(
    "the own pod as a virtual machine",
    object("WorkloadEntry", "vm", { spec: { address: "::1", labels: { app: "vm" } } }),
  ),
  way(
    "an allowed filter that forges headers in camelCase",
    filter("local_ratelimit.v3.LocalRateLimit", {
      requestHeadersToAddWhenNotEnforced: [{ header: { key: "x-forwarded-client-cert", value: "By=x" } }],
    }),
  ),
  way(
    "an allowed filter that calls an external server",
    rateLimit({ google_grpc: { target_uri: "x.example.com:443", stat_prefix: "x" } }),
  ),
  way("tokens of a symmetric key", keys({ jwks: '{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}' }), withToken),
  way(
    "keys of Istio's samples by another address",
    keys({ jwksUri: `https://github.com/${samples}` }),
    withToken,
  ),
  way(
    "keys of Istio's samples by a mirror",
    keys({
      jwksUri: "https://cdn.jsdelivr.net/gh/istio/istio@1.31.0/security/tools/jwt/samples/jwks.json",
    }),
    withToken,
  ),
  way("a program that converts policies of the mesh", definition("security.istio.io", webhook)),
  way("a program that converts routes", definition("gateway.networking.k8s.io", webhook)),
  way(
    "another server for objects of the mesh",
    server("networking.istio.io", { name: "x", namespace: "shop" }),
  ),
  way("another root certificate as a ClusterTrustBundle", bundle("istio.io:istiod-ca:root-cert")),
  way("an annotation of pods by Gatekeeper", assign('metadata.annotations."proxy.istio.io/config"')),
  way("no sidecar by Gatekeeper", assign('metadata.labels."sidecar.istio.io/inject"')),
  way("PERMISSIVE by Crossplane", crossplane(peers("PERMISSIVE"))),
  way("PERMISSIVE in a ManifestWork", manifestWork(peers("STRICT"), peers("PERMISSIVE"))),
  way("PERMISSIVE that a policy engine generates", generated("PERMISSIVE")),
  way(
    "PERMISSIVE in a template of OpenShift",
    typed("template.openshift.io/v1", "Template", "mtls", { objects: [peers("PERMISSIVE")] }),
  ),
  way(
    "a program in every proxy by values",
    lifecycle({ postStart: { exec: { command: ["sh", "-c", "iptables -t nat -F"] } } }),
  ),
  way("an identity that an authorizer sets", authorizer("x-user", "X-Forwarded-Client-Cert")),
  way("any header that an authorizer sets", authorizer("*")),
  way(
    "the proxy's image below an alias of istiod",
    release("platform", { mesh: { global: { proxy: { image: "x.example.com/proxyv2" } } } }),
  ),
  way(
    "istiod's environment below an alias",
    release("platform", { mesh: { env: { PILOT_SKIP_VALIDATE_TRUST_DOMAIN: "true" } } }),
  ),
  way("ztunnel in another chart", release("platform", { ztunnel: { env: { CA_ADDRESS: "x.example.com" } } })),
  way(
    "istiod by an OCIRepository of Flux",
    repository("oci://registry.example.com/istio-release/charts/istiod"),
  ),
  way("istiod by a HelmRelease of Flux with a reference", flux("istiod")),
  way(
    "istiod by a HelmChartProxy",
    typed("addons.cluster.x-k8s.io/v1alpha1", "HelmChartProxy", "mesh", { spec: { chartName: "istiod" } }),
  ),
  way("the place of a Gateway's pods", workload("web", { labels: gatewayName })),
  way("100 attempts in an HTTPRoute", ofService({ retry: { attempts: 100 }, backendRefs: [cart], timeouts })),
];

/** Programs beside these ways that pass the pack. */
export const detourPrograms: readonly Case[] = [
  way("a Service's requests by an HTTPRoute", ofService({ backendRefs: [cart], timeouts })),
  way(
    "attempts of an HTTPRoute within the limit",
    ofService({ retry: { attempts: 2, codes: [503] }, backendRefs: [cart], timeouts }),
  ),
  way("copies of requests to a Service by an HTTPRoute", ofService(mirror(cart))),
  way(
    "a redirect of a path in a Service",
    redirect({ path: { type: "ReplaceFullPath", replaceFullPath: "/" } }),
  ),
  way(
    "a redirect of a Service to another one",
    virtualService({ hosts: ["cart"], http: [{ redirect: { authority: "cart.shop.svc.cluster.local" } }] }),
  ),
  way(
    "a gateway's route to an external host by an HTTPRoute",
    outside,
    gatewayApi("HTTPRoute", "web", {
      parentRefs,
      hostnames: ["shop.example.com"],
      rules: [{ backendRefs: [hostname], timeouts }],
    }),
  ),
  way(
    "a Service of several clusters",
    virtualService({ hosts: ["cart"], http: [to("cart.shop.svc.clusterset.local")] }),
  ),
  way(
    "a virtual machine by its address",
    object("WorkloadEntry", "vm", { spec: { address: "10.4.0.7", labels: { app: "vm" } } }),
  ),
  way("an external host by its addresses", endpoint("203.0.113.7")),
  way(
    "a rate limit of a service in the mesh",
    rateLimit({ envoy_grpc: { cluster_name: "outbound|8081||limit.shop.svc.cluster.local" } }),
  ),
  way("public keys in the rule", keys({ jwks: '{"keys":[{"kty":"RSA","e":"AQAB","n":"x"}]}' }), withToken),
  way("Istio's definitions", definition("security.istio.io", { strategy: "None" })),
  way("a program that converts another project's objects", definition("shop.example.com", webhook)),
  way(
    "another server for metrics",
    server("metrics.k8s.io", { name: "metrics-server", namespace: "kube-system" }),
  ),
  way("certificates of another project", bundle("example.com:ca:root")),
  way("a setting of pods by Gatekeeper", assign("spec.securityContext.runAsNonRoot")),
  way("STRICT by Crossplane", crossplane(peers("STRICT"))),
  way("STRICT that a policy engine generates", generated("STRICT")),
  way(
    "an autoscaler of another project for a kind of Istio",
    typed("autoscaling.example.com/v1", "Scaler", "cart", {
      spec: { target: { apiVersion: "networking.istio.io/v1", kind: "VirtualService", name: "web" } },
    }),
  ),
  way("proxies that wait before their end", lifecycle({ preStop: { exec: { command: ["sleep", "5"] } } })),
  way("headers of a login", authorizer("x-user", "authorization")),
  way(
    "another chart with a proxy of its own",
    release("app", { global: { proxy: { host: "proxy.example.com" } }, env: { LOG: "1" } }),
  ),
  way("a HelmRelease of Flux with a reference to the chart of a service", flux("cart")),
  way("a chart of a service by Flux", repository("oci://ghcr.io/example/charts/cart")),
];
