import {
  allowing,
  annotated,
  type Case,
  caseOf as way,
  destinationRule,
  entry,
  from,
  istiod,
  insertedFilter,
  object,
  operation,
  patch,
  pod,
  release,
  to,
  type Tree,
  typed,
  virtualService,
  when,
  workload,
} from "./object";

const mtls = { mtls: { mode: "PERMISSIVE" } };
const tcp = (more: Tree = {}) => [{ number: 5432, name: "tcp", protocol: "TCP", ...more }];

/** Ways past the pack: programs whose resources weaken a mesh. Every one is refused in prod. */
export const waysPast: readonly Case[] = [
  // Spellings.
  way(
    "a path that an external authorizer decides, in upper case",
    allowing(from({ principals: ["cluster.local/ns/shop/sa/web"] })),
    object("AuthorizationPolicy", "authz", {
      spec: {
        selector: { matchLabels: { app: "cart" } },
        action: "CUSTOM",
        provider: { name: "opa" },
        rules: [{ to: [{ operation: { paths: ["/admin/*"] } }] }],
      },
    }),
  ),
  way(
    "plaintext beside a redirect to https",
    object("Gateway", "public", {
      spec: {
        selector: { istio: "ingress" },
        servers: [{ port: { number: 80, name: "http", protocol: "HTTP" }, hosts: ["shop.example.com"] }],
      },
    }),
    virtualService({
      gateways: ["public"],
      hosts: ["shop.example.com"],
      http: [
        {
          match: [{ uri: { prefix: "/.well-known/acme-challenge" } }],
          route: [{ destination: { host: "web" } }],
        },
        { redirect: { scheme: "https" } },
      ],
    }),
  ),
  // Types, lists and versions.
  way("PERMISSIVE in v1beta1", typed("security.istio.io/v1beta1", "PeerAuthentication", "x", { spec: mtls })),
  way("PERMISSIVE with the token of another version", {
    ...typed("security.istio.io/v1beta1", "PeerAuthentication", "x", { spec: mtls }),
    type: "kubernetes:security.istio.io/v1:PeerAuthentication",
  }),
  way(
    "DISABLE in v1alpha3",
    typed("networking.istio.io/v1alpha3", "DestinationRule", "x", {
      spec: { host: "cart", trafficPolicy: { tls: { mode: "DISABLE" } } },
    }),
  ),
  way(
    "PERMISSIVE in a List of another list",
    object("List", "all", {
      items: [
        {
          apiVersion: "v1",
          kind: "List",
          items: [
            {
              apiVersion: "security.istio.io/v1",
              kind: "PeerAuthentication",
              metadata: { name: "x", namespace: "shop" },
              spec: mtls,
            },
          ],
        },
      ],
    }),
  ),
  way(
    "items of a List with null between them",
    object("List", "all", {
      items: [
        null,
        {
          apiVersion: "security.istio.io/v1",
          kind: "PeerAuthentication",
          metadata: { name: "x", namespace: "shop" },
          spec: mtls,
        },
      ],
    }),
  ),
  way("a kind with the token of a Secret", {
    ...object("PeerAuthentication", "x", { spec: mtls }),
    type: "kubernetes:core/v1:Secret",
  }),
  way("a generated SDK's token without apiVersion and kind", {
    type: "kubernetes:security.istio.io/v1:PeerAuthentication",
    name: "x",
    props: { metadata: { name: "x", namespace: "shop" }, spec: mtls },
  }),
  way(
    "an object without a namespace",
    object("AuthorizationPolicy", "x", { spec: { rules: [{}] } }, { namespace: null }),
  ),
  // Mutual TLS.
  way("a mode in lower case", object("PeerAuthentication", "x", { spec: { mtls: { mode: "permissive" } } })),
  way("a mode with a space", object("PeerAuthentication", "x", { spec: { mtls: { mode: "STRICT " } } })),
  way("an empty PeerAuthentication", object("PeerAuthentication", "x", { spec: {} })),
  way("a PeerAuthentication without spec", object("PeerAuthentication", "x", {})),
  way(
    "a port UNSET",
    object("PeerAuthentication", "x", {
      spec: {
        selector: { matchLabels: { app: "cart" } },
        mtls: { mode: "STRICT" },
        portLevelMtls: { 8080: { mode: "UNSET" } },
      },
    }),
  ),
  way(
    "TLS by a patch of the host",
    destinationRule("pay", { host: "pay.example.com" }, { tls: { mode: "SIMPLE" } }),
    patch("DestinationRule", "pay", { spec: { host: "cart" } }),
  ),
  way(
    "TLS by a patch of another version",
    destinationRule("pay", { host: "pay.example.com" }, { tls: { mode: "SIMPLE" } }),
    {
      ...patch("DestinationRule", "pay", { spec: { host: "cart" } }),
      type: "kubernetes:networking.istio.io/v1beta1:DestinationRulePatch",
    },
  ),
  way(
    "SIMPLE to a MESH_INTERNAL host",
    entry({
      hosts: ["pay.corp"],
      location: "MESH_INTERNAL",
      resolution: "DNS",
      ports: [{ number: 80, name: "http", protocol: "HTTP" }],
    }),
    destinationRule("pay", { host: "pay.corp" }, { tls: { mode: "SIMPLE" } }),
  ),
  way(
    "DISABLE to a wildcard of the mesh",
    destinationRule("x", { host: "*.shop.svc.cluster.local" }, { tls: { mode: "DISABLE" } }),
  ),
  way(
    "DISABLE to a host with a dot at the end",
    destinationRule("x", { host: "cart.shop.svc.cluster.local." }, { tls: { mode: "DISABLE" } }),
  ),
  way(
    "DISABLE to a host in upper case",
    destinationRule("x", { host: "cart.shop.SVC.cluster.local" }, { tls: { mode: "DISABLE" } }),
  ),
  way(
    "DISABLE of one port of a subset",
    destinationRule("x", {
      subsets: [
        {
          name: "a",
          labels: { v: "a" },
          trafficPolicy: { portLevelSettings: [{ port: { number: 80 }, tls: { mode: "DISABLE" } }] },
        },
      ],
    }),
  ),
  way(
    "the mesh's host as an external one",
    entry({
      hosts: ["cart.shop.svc.cluster.local"],
      resolution: "DNS",
      ports: [{ number: 80, name: "http", protocol: "HTTP" }],
    }),
  ),
  // Access.
  way("any client with a browser's header", allowing(when("request.headers[user-agent]", ["Mozilla/*"]))),
  way("any client with any session", allowing(when("request.headers[cookie]", ["session=*"]))),
  way(
    "all networks in 256 blocks",
    allowing(from({ ipBlocks: Array.from({ length: 256 }, (_, i) => `${i}.0.0.0/8`) })),
  ),
  way(
    "an attribute that the model does not read",
    allowing(when("experimental.envoy.filters.network.mysql_proxy[a]", ["*"])),
  ),
  way(
    "two templates for every path",
    allowing(operation({ paths: ["/{*}"] }), operation({ paths: ["/{*}/{**}"] })),
  ),
  way("every port but one", allowing(operation({ notPorts: ["9090"] }))),
  way("every namespace but one", allowing(from({ notNamespaces: ["bank"] }))),
  way("a source with empty lists", allowing(from({ principals: [] }))),
  way("an empty source", allowing({ from: [{}] })),
  way("from null", allowing({ from: null, to: null })),
  way("spiffe principals of all", allowing(from({ principals: ["spiffe://*"] }))),
  way("all service accounts of a name", allowing(from({ principals: ["*/sa/web"] }))),
  way(
    "an external authorizer as the only policy",
    object("Namespace", "open", {}, { labels: { "istio-injection": "enabled" } }),
    object("AuthorizationPolicy", "authz", {
      spec: { action: "CUSTOM", provider: { name: "opa" }, rules: [{}] },
    }),
    object("AuthorizationPolicy", "cart", {
      spec: {
        selector: { matchLabels: { app: "cart" } },
        rules: [when("experimental.envoy.filters.http.jwt[a]", ["x"])],
      },
    }),
  ),
  way(
    "a selector with a typing error",
    object("AuthorizationPolicy", "x", {
      spec: {
        selector: { matchLabels: { app: "catr" } },
        action: "DENY",
        rules: [from({ notNamespaces: ["shop"] })],
      },
    }),
  ),
  way(
    "a selector whose label has another case",
    object("AuthorizationPolicy", "x", {
      spec: {
        selector: { matchLabels: { App: "cart" } },
        action: "DENY",
        rules: [from({ notNamespaces: ["shop"] })],
      },
    }),
  ),
  // Egress.
  way(
    "a port without a protocol, for every address",
    entry({ hosts: ["any.example.com"], resolution: "NONE", ports: [{ number: 5432, name: "x" }] }),
  ),
  way(
    "a port with an unknown protocol, for every address",
    entry({ hosts: ["any.example.com"], resolution: "NONE", ports: tcp({ protocol: "POSTGRES" }) }),
  ),
  way(
    "an address made opaque by a patch",
    entry({ hosts: ["db.example.com"], resolution: "DNS", ports: tcp() }),
    patch("ServiceEntry", "outside", { spec: { resolution: "NONE" } }),
  ),
  way(
    "every name of two top-level domains",
    entry({
      hosts: ["*.com", "*.net"],
      resolution: "NONE",
      ports: [{ number: 443, name: "tls", protocol: "TLS" }],
    }),
  ),
  way(
    "every name of a second-level registry",
    entry({ hosts: ["*.co.uk"], resolution: "NONE", ports: [{ number: 443, name: "tls", protocol: "TLS" }] }),
  ),
  way(
    "endpoints for another namespace's external host",
    entry(
      {
        hosts: ["api.example.com"],
        resolution: "DNS",
        ports: [{ number: 443, name: "tls", protocol: "TLS" }],
      },
      { namespace: "bank", name: "api" },
    ),
    entry({
      hosts: ["api.example.com"],
      resolution: "STATIC",
      endpoints: [{ address: "10.0.0.7" }],
      ports: [{ number: 443, name: "tls", protocol: "TLS" }],
    }),
  ),
  way(
    "a Sidecar's mode in a second document",
    object("List", "all", {
      items: [
        {
          apiVersion: "networking.istio.io/v1beta1",
          kind: "Sidecar",
          metadata: { name: "x", namespace: "shop" },
          spec: { outboundTrafficPolicy: { mode: "ALLOW_ANY" } },
        },
      ],
    }),
  ),
  way(
    "the registry's mode below pilot",
    istiod({ pilot: { meshConfig: { outboundTrafficPolicy: { mode: "ALLOW_ANY" } } } }),
  ),
  way(
    "the registry's mode in defaults",
    istiod({
      _internal_defaults_do_not_set: {
        pilot: { meshConfig: { outboundTrafficPolicy: { mode: "ALLOW_ANY" } } },
      },
    }),
  ),
  way(
    "addresses of the metadata service and all others",
    entry({ hosts: ["x.example.com"], addresses: ["::/0"], resolution: "NONE", ports: tcp() }),
  ),
  // Routes.
  way(
    "a route of a host to all namespaces by a patch",
    virtualService({ hosts: ["cart.bank.svc.cluster.local"], exportTo: ["."], http: [to("cart")] }),
    patch("VirtualService", "web", { spec: { exportTo: ["*"] } }),
  ),
  way(
    "a subset that no rule has",
    destinationRule("cart", { subsets: [{ name: "v1", labels: { version: "v1" } }] }),
    virtualService({
      hosts: ["cart"],
      http: [{ ...to("cart"), route: [{ destination: { host: "cart", subset: "v2" } }] }],
    }),
  ),
  way(
    "a port that the Service lacks",
    virtualService({
      hosts: ["cart"],
      http: [{ ...to("cart"), route: [{ destination: { host: "cart", port: { number: 8080 } } }] }],
    }),
  ),
  way(
    "another namespace's path at a gateway",
    virtualService(
      {
        hosts: ["a.example.com"],
        gateways: ["ingress/public"],
        http: [{ ...to("cart"), match: [{ uri: { prefix: "/pay" } }] }],
      },
      { namespace: "bank", name: "bank" },
    ),
    virtualService({
      hosts: ["a.example.com"],
      gateways: ["ingress/public"],
      http: [{ ...to("cart"), match: [{ uri: { exact: "/pay/card" } }] }],
    }),
  ),
  way("a short name of another namespace", virtualService({ hosts: ["cart.bank"], http: [to("cart")] })),
  way(
    "a mirror of requests to another namespace's host",
    virtualService({ hosts: ["cart.bank.svc"], http: [{ ...to("cart"), mirror: { host: "cart" } }] }),
  ),
  way("a host in upper case", virtualService({ hosts: ["CART.bank.svc.cluster.local"], http: [to("cart")] })),
  // Injection and pods.
  way(
    "no injection of an Argo Rollout",
    workload("web", { labels: { app: "web", "sidecar.istio.io/inject": "false" } }, {}, { kind: "Rollout" }),
  ),
  way(
    "no injection of a CronJob",
    object("CronJob", "job", {
      spec: {
        jobTemplate: {
          spec: { template: pod("job", { labels: { app: "job", "sidecar.istio.io/inject": "false" } }) },
        },
      },
    }),
  ),
  way(
    "no injection of a Knative Service",
    typed("serving.knative.dev/v1", "Service", "fn", {
      spec: { template: pod("fn", { labels: { "sidecar.istio.io/inject": "false" } }) },
    }),
  ),
  way(
    "injection false as a boolean",
    workload("web", { labels: { app: "web", "sidecar.istio.io/inject": false } }),
  ),
  way(
    "a patch that turns injection off",
    patch("Deployment", "cart", {
      spec: { template: { metadata: { labels: { "sidecar.istio.io/inject": "false" } } } },
    }),
  ),
  way(
    "a patch of the Namespace",
    patch("Namespace", "shop", {}, { labels: { "istio-injection": "disabled" } }),
  ),
  way("a bootstrap override", annotated({ "sidecar.istio.io/bootstrapOverride": "x" })),
  way(
    "another discovery address",
    annotated({ "proxy.istio.io/config": "discoveryAddress: evil.example.com:15012" }),
  ),
  way("another image", annotated({ "sidecar.istio.io/proxyImage": "evil.example.com/proxyv2:1.31.0" })),
  way(
    "Istio's image of another path",
    annotated({ "sidecar.istio.io/proxyImage": "docker.io/istio-evil/proxyv2:1.31.0" }),
  ),
  way(
    "proxy metadata",
    annotated({ "proxy.istio.io/config": "{proxyMetadata: {ISTIO_META_DNS_CAPTURE: 'false'}}" }),
  ),
  way("an unknown template", annotated({ "inject.istio.io/templates": "custom" })),
  way("user 1337", workload("web", {}, { securityContext: { runAsUser: 1337, runAsNonRoot: true } })),
  // The control plane.
  way(
    "an operator's Istio",
    object("Istio", "default", { spec: { version: "v1.31.0", namespace: "istio-system" } }),
  ),
  way("an IstioOperator", object("IstioOperator", "x", { spec: { profile: "demo" } })),
  way(
    "istiod in a wrapper chart under an alias",
    release("platform", { mesh: { istiod: { env: { A: "1" } } } }),
  ),
  way(
    "istiod in a wrapper chart under another key",
    release("platform", {
      "istio-control": {
        global: { proxy: { image: "x" } },
        sidecarInjectorWebhook: { defaultTemplates: ["custom"] },
      },
    }),
  ),
  way("a postrenderer", istiod({}, {}, { postrender: "./change.sh" })),
  way("values in files", istiod({}, {}, { valueYamlFiles: [{ path: "values.yaml" }] })),
  way("an environment variable", istiod({ env: { PILOT_ENABLE_ANALYSIS: "true" } })),
  way("a trusted CA", istiod({}, { caCertificates: [{ pem: "x" }] })),
  way("another hub", istiod({ global: { hub: "evil.example.com" } })),
  way("an image with its registry", istiod({ image: "evil.example.com/pilot" })),
  way("the proxy's image", istiod({ global: { proxy: { image: "evil.example.com/proxyv2" } } })),
  way(
    "a ConfigMap of a revision",
    object(
      "ConfigMap",
      "istio-canary",
      { data: { mesh: "defaultConfig: {}" } },
      { namespace: "istio-system" },
    ),
  ),
  way(
    "a patch of istiod's ConfigMap",
    patch("ConfigMap", "istio", { data: { mesh: "{}" } }, { namespace: "istio-system" }),
  ),
  way(
    "a patch of istiod's Deployment",
    patch(
      "Deployment",
      "istiod",
      {
        spec: {
          template: {
            spec: { containers: [{ name: "discovery", env: [{ name: "XDS_AUTH", value: "false" }] }] },
          },
        },
      },
      { namespace: "istio-system" },
    ),
  ),
  // Filters and the Gateway API.
  way(
    "a filter by a patch",
    patch("EnvoyFilter", "x", {
      spec: { configPatches: [{ applyTo: "HTTP_FILTER", patch: { operation: "REMOVE" } }] },
    }),
  ),
  way(
    "a Lua filter named as a rate limit",
    insertedFilter({
      name: "envoy.filters.http.local_ratelimit",
      typed_config: { "@type": "type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua" },
    }),
  ),
  way(
    "a route's retries by a filter",
    object("EnvoyFilter", "x", {
      spec: {
        priority: 1,
        configPatches: [
          {
            applyTo: "HTTP_ROUTE",
            match: { proxy: { proxyVersion: "^1.31.*" } },
            patch: { operation: "MERGE", value: { route: { cluster: "outbound|80||evil.example.com" } } },
          },
        ],
      },
    }),
  ),
  way(
    "two HTTPRoutes of two namespaces for one path",
    object("HTTPRoute", "a", {
      spec: {
        parentRefs: [{ name: "public", namespace: "ingress" }],
        hostnames: ["a.example.com"],
        rules: [
          {
            matches: [{ path: { type: "PathPrefix", value: "/pay" } }],
            backendRefs: [{ name: "cart", port: 80 }],
            timeouts: { request: "5s" },
          },
        ],
      },
    }),
    object(
      "HTTPRoute",
      "b",
      {
        spec: {
          parentRefs: [{ name: "public", namespace: "ingress" }],
          hostnames: ["a.example.com"],
          rules: [
            {
              matches: [{ path: { type: "PathPrefix", value: "/pay/card" } }],
              backendRefs: [{ name: "x", port: 80 }],
              timeouts: { request: "5s" },
            },
          ],
        },
      },
      { namespace: "bank" },
    ),
  ),
  way(
    "an HTTPRoute to another namespace without a grant",
    object("Namespace", "bank", {}, { labels: { "istio-injection": "enabled" } }),
    object("HTTPRoute", "a", {
      spec: {
        parentRefs: [{ name: "public", namespace: "ingress" }],
        hostnames: ["a.example.com"],
        rules: [
          { backendRefs: [{ name: "cart", namespace: "bank", port: 80 }], timeouts: { request: "5s" } },
        ],
      },
    }),
  ),
  way(
    "a plaintext listener of the Gateway API",
    typed("gateway.networking.k8s.io/v1", "Gateway", "x", {
      spec: {
        gatewayClassName: "istio",
        listeners: [
          { name: "http", port: 80, protocol: "HTTP", allowedRoutes: { namespaces: { from: "All" } } },
        ],
      },
    }),
  ),
  // Infrastructure of the mesh.
  way(
    "an endpoint without mutual TLS",
    object("WorkloadEntry", "vm", { spec: { address: "203.0.113.7", labels: { app: "cart" } } }),
  ),
  way(
    "pods to which callers send plaintext",
    workload("web", { labels: { app: "web", "security.istio.io/tlsMode": "disabled" } }),
  ),
  way(
    "a route of a host that another namespace declares",
    entry({
      hosts: ["api.example.com"],
      resolution: "DNS",
      ports: [{ number: 443, name: "tls", protocol: "TLS" }],
    }),
    entry(
      {
        hosts: ["api.example.com"],
        resolution: "DNS",
        ports: [{ number: 443, name: "tls", protocol: "TLS" }],
      },
      { namespace: "bank" },
    ),
    virtualService({ hosts: ["api.example.com"], http: [to("cart")] }),
  ),
  way("a patch of the injection webhook", {
    ...typed("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", "istio-sidecar-injector", {
      webhooks: [
        { name: "namespace.sidecar-injector.istio.io", namespaceSelector: { matchLabels: { a: "b" } } },
      ],
    }),
    type: "kubernetes:admissionregistration.k8s.io/v1:MutatingWebhookConfigurationPatch",
  }),
  way(
    "another control plane behind istiod's Service",
    patch("Service", "istiod", { spec: { selector: { app: "evil" } } }, { namespace: "istio-system" }),
  ),
  way(
    "identities that clients write, by annotation",
    annotated({
      "proxy.istio.io/config": "{gatewayTopology: {forwardClientCertDetails: ALWAYS_FORWARD_ONLY}}",
    }),
  ),
  way(
    "identities that clients write, by mesh config",
    istiod({}, { defaultConfig: { gatewayTopology: { forwardClientCertDetails: "FORWARD_ONLY" } } }),
  ),
  way("interfaces of virtual machines", annotated({ "traffic.sidecar.istio.io/kubevirtInterfaces": "eth0" })),
  way(
    "an Ingress without TLS",
    typed("networking.k8s.io/v1", "Ingress", "a", {
      spec: { ingressClassName: "istio", rules: [{ host: "a.example.com" }] },
    }),
  ),
  way(
    "every name of a registry at a gateway",
    virtualService({ hosts: ["*.com"], gateways: ["ingress/public"], http: [to("cart")] }),
  ),
  way(
    "a Gateway for a registry",
    object("Gateway", "x", {
      spec: {
        selector: { istio: "ingress" },
        servers: [
          {
            port: { number: 443, name: "https", protocol: "HTTPS" },
            hosts: ["*.com"],
            tls: { mode: "SIMPLE", credentialName: "a" },
          },
        ],
      },
    }),
  ),
  way(
    "a proxy container of another registry",
    workload(
      "web",
      {},
      {
        containers: [
          { name: "web", image: "registry.example.com/web:1.0.0" },
          { name: "istio-proxy", image: "evil.example.com/proxyv2:1.31.0" },
        ],
      },
    ),
  ),
  way(
    "a proxy of another CA, by ProxyConfig",
    object("ProxyConfig", "x", { spec: { environmentVariables: { CA_ADDR: "evil.example.com:15012" } } }),
  ),
  way(
    "a proxy image by ProxyConfig",
    object("ProxyConfig", "x", { spec: { image: { imageType: "debug" } } }),
  ),
  way(
    "the container of a DaemonSet in the node's network",
    workload("node", {}, { hostNetwork: true }, { kind: "DaemonSet" }),
  ),
  way(
    "an OpenKruise workload without a sidecar",
    workload(
      "clone",
      { labels: { app: "clone", "sidecar.istio.io/inject": "false" } },
      {},
      { kind: "CloneSet" },
    ),
  ),
  way(
    "an OpenKruise workload that strangers reach",
    workload("clone", {}, {}, { kind: "CloneSet" }),
    object("AuthorizationPolicy", "clone", {
      spec: {
        selector: { matchLabels: { app: "clone" } },
        rules: [when("request.headers[cookie]", ["s=*"])],
      },
    }),
  ),
  way(
    "a Knative Service that strangers reach",
    typed("serving.knative.dev/v1", "Service", "fn", { spec: { template: pod("fn") } }),
    object("AuthorizationPolicy", "fn", {
      spec: { selector: { matchLabels: { app: "fn" } }, rules: [when("request.headers[cookie]", ["s=*"])] },
    }),
  ),
  way(
    "two patches that are harmful together",
    object("DestinationRule", "ext", { spec: { host: "pay.example.com" } }),
    patch("DestinationRule", "ext", { spec: { host: "cart" } }),
    { ...patch("DestinationRule", "ext", { spec: { trafficPolicy: { tls: {} } } }), name: "ext2" },
  ),
  way(
    "a program in place of the proxy",
    workload(
      "web",
      {},
      {
        containers: [
          { name: "web", image: "registry.example.com/web:1.0.0" },
          { name: "istio-proxy", image: "auto", command: ["sh"] },
        ],
      },
    ),
  ),
  way(
    "a CA by the proxy's environment",
    workload(
      "web",
      {},
      {
        containers: [
          { name: "web", image: "registry.example.com/web:1.0.0" },
          { name: "istio-proxy", image: "auto", env: [{ name: "CA_ADDR", value: "evil.example.com" }] },
        ],
      },
    ),
  ),
];
