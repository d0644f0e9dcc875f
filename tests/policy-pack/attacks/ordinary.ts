import { unknown } from "../../../policy-pack/tests/engine";
import {
  allowing,
  type Case,
  caseOf as program,
  destinationRule,
  entry,
  from,
  istiod,
  object,
  patch,
  pod,
  release,
  to,
  type Tree,
  typed,
  virtualService,
  workload,
} from "./object";

const tls = [{ number: 443, name: "tls", protocol: "TLS" }];
const httpsServer = {
  port: { number: 443, name: "https", protocol: "HTTPS" },
  hosts: ["a.example.com"],
  tls: { mode: "SIMPLE", credentialName: "a" },
};
const httpRoute = (name: string, spec: Tree, metadata: Tree = {}) =>
  object(
    "HTTPRoute",
    name,
    { spec: { parentRefs: [{ name: "public", namespace: "ingress" }], ...spec } },
    metadata,
  );
const backend = (name: string, more: Tree = {}) => ({
  backendRefs: [{ name, port: 80, ...more }],
  timeouts: { request: "5s" },
});

/** Ordinary programs of teams. Every one is accepted in prod. */
export const ordinary: readonly Case[] = [
  // Mutual TLS.
  program(
    "STRICT for a namespace",
    object("PeerAuthentication", "default", { spec: { mtls: { mode: "STRICT" } } }),
  ),
  program(
    "STRICT in a list, in an old version",
    object("List", "all", {
      items: [
        {
          apiVersion: "security.istio.io/v1beta1",
          kind: "PeerAuthentication",
          metadata: { name: "x", namespace: "shop" },
          spec: { mtls: { mode: "STRICT" } },
        },
      ],
    }),
  ),
  program(
    "STRICT for a port",
    object("PeerAuthentication", "x", {
      spec: {
        selector: { matchLabels: { app: "cart" } },
        mtls: { mode: "STRICT" },
        portLevelMtls: { 8080: { mode: "STRICT" } },
      },
    }),
  ),
  program("ISTIO_MUTUAL", destinationRule("x", { host: "cart" }, { tls: { mode: "ISTIO_MUTUAL" } })),
  program(
    "TLS to an external host",
    entry({
      hosts: ["api.example.com"],
      resolution: "DNS",
      ports: [{ number: 80, name: "http", protocol: "HTTP", targetPort: 443 }],
    }),
    destinationRule("api", { host: "api.example.com" }, { tls: { mode: "SIMPLE" } }),
  ),
  // Access.
  program("callers by principal", allowing(from({ principals: ["cluster.local/ns/shop/sa/web"] }))),
  program(
    "callers by principal of a namespace",
    allowing(from({ principals: ["cluster.local/ns/shop/sa/*"] })),
  ),
  program("callers by namespace", allowing(from({ namespaces: ["shop", "bank"] }))),
  program("callers by service account", allowing(from({ serviceAccounts: ["shop/web", "web"] }))),
  program(
    "a public path",
    allowing({ to: [{ operation: { methods: ["GET"], paths: ["/health", "/static/*"] } }] }),
  ),
  program(
    "a network and a path",
    allowing({ ...from({ ipBlocks: ["10.0.0.0/8"] }), to: [{ operation: { paths: ["/metrics"] } }] }),
  ),
  program(
    "tokens of end users through the gateway",
    object("RequestAuthentication", "cart", {
      spec: {
        selector: { matchLabels: { app: "cart" } },
        jwtRules: [{ issuer: "https://i.example.com", jwksUri: "https://i.example.com/jwks" }],
      },
    }),
    allowing(
      from({
        principals: ["cluster.local/ns/ingress/sa/gateway"],
        requestPrincipals: ["https://i.example.com/*"],
      }),
    ),
  ),
  program(
    "a dry run beside an enforced policy",
    allowing(from({ principals: ["cluster.local/ns/shop/sa/web"] })),
    object(
      "AuthorizationPolicy",
      "next",
      {
        spec: {
          selector: { matchLabels: { app: "cart" } },
          rules: [from({ principals: ["cluster.local/ns/shop/sa/app"] })],
        },
      },
      { annotations: { "istio.io/dry-run": "true" } },
    ),
  ),
  program(
    "a DENY for all but one namespace",
    object("AuthorizationPolicy", "x", {
      spec: {
        selector: { matchLabels: { app: "cart" } },
        action: "DENY",
        rules: [from({ notNamespaces: ["shop"] })],
      },
    }),
  ),
  program(
    "an external authorizer in addition to named callers",
    allowing(from({ principals: ["cluster.local/ns/shop/sa/web"] })),
    object("AuthorizationPolicy", "authz", {
      spec: {
        selector: { matchLabels: { app: "cart" } },
        action: "CUSTOM",
        provider: { name: "opa" },
        rules: [{ to: [{ operation: { notPaths: ["/healthz"] } }] }],
      },
    }),
  ),
  program(
    "a policy for a workload of another stack",
    object("AuthorizationPolicy", "orders", {
      spec: { selector: { matchLabels: { app: "orders" } }, rules: [from({ namespaces: ["shop"] })] },
    }),
  ),
  program(
    "a policy of a waypoint",
    object("AuthorizationPolicy", "waypoint", {
      spec: {
        targetRefs: [{ kind: "Service", group: "", name: "cart" }],
        rules: [from({ namespaces: ["shop"] })],
      },
    }),
  ),
  // Egress.
  program("an external host", entry({ hosts: ["api.example.com"], resolution: "DNS", ports: tls })),
  program("the hosts of a domain", entry({ hosts: ["*.example.com"], resolution: "NONE", ports: tls })),
  program(
    "a database by address",
    entry({
      hosts: ["db.example.com"],
      addresses: ["192.0.2.10"],
      resolution: "STATIC",
      endpoints: [{ address: "192.0.2.10" }],
      ports: [{ number: 5432, name: "tcp", protocol: "TCP" }],
    }),
  ),
  program(
    "one external host in two namespaces",
    entry({ hosts: ["api.example.com"], resolution: "DNS", ports: tls }),
    entry({ hosts: ["api.example.com"], resolution: "DNS", ports: tls }, { namespace: "bank" }),
  ),
  program(
    "a Sidecar with its hosts",
    object("Sidecar", "default", { spec: { egress: [{ hosts: ["./*", "istio-system/*"] }] } }),
  ),
  program(
    "a Sidecar with REGISTRY_ONLY",
    object("Sidecar", "default", { spec: { outboundTrafficPolicy: { mode: "REGISTRY_ONLY" } } }),
  ),
  // Routes.
  program("a route to its own service", virtualService({ hosts: ["cart"], http: [to("cart")] })),
  program(
    "a canary",
    destinationRule("cart", { subsets: ["v1", "v2"].map((name) => ({ name, labels: { version: name } })) }),
    virtualService({
      hosts: ["cart"],
      http: [
        {
          ...to("cart"),
          route: [
            { destination: { host: "cart", subset: "v1" }, weight: 90 },
            { destination: { host: "cart", subset: "v2" }, weight: 10 },
          ],
        },
      ],
    }),
  ),
  program(
    "one host of a gateway for two namespaces, with a path each",
    virtualService({
      hosts: ["a.example.com"],
      gateways: ["ingress/public"],
      http: [{ ...to("cart"), match: [{ uri: { prefix: "/cart" } }] }],
    }),
    destinationRule("pay", { host: "pay" }, {}, { namespace: "bank" }),
    virtualService(
      {
        hosts: ["a.example.com"],
        gateways: ["ingress/public"],
        http: [{ ...to("pay"), match: [{ uri: { prefix: "/pay" } }] }],
      },
      { namespace: "bank" },
    ),
  ),
  program(
    "a redirect",
    virtualService({
      hosts: ["cart"],
      http: [{ match: [{ uri: { exact: "/" } }], redirect: { uri: "/cart" } }, to("cart")],
    }),
  ),
  program(
    "a host of another namespace, for its own clients",
    virtualService({ hosts: ["pay.bank.svc.cluster.local"], exportTo: ["."], http: [to("cart")] }),
  ),
  program(
    "a Gateway with HTTPS",
    object("Gateway", "public", { spec: { selector: { istio: "ingress" }, servers: [httpsServer] } }),
  ),
  program("an HTTPRoute", httpRoute("a", { hostnames: ["a.example.com"], rules: [backend("cart")] })),
  program("an HTTPRoute without hostnames", httpRoute("a", { rules: [backend("cart")] })),
  program(
    "two HTTPRoutes for paths of their own",
    httpRoute("a", {
      hostnames: ["a.example.com"],
      rules: [{ ...backend("cart"), matches: [{ path: { type: "PathPrefix", value: "/cart" } }] }],
    }),
    httpRoute(
      "b",
      {
        hostnames: ["a.example.com"],
        rules: [{ ...backend("pay"), matches: [{ path: { type: "PathPrefix", value: "/pay" } }] }],
      },
      { namespace: "bank" },
    ),
  ),
  program(
    "an HTTPRoute to another namespace with a grant",
    object("Namespace", "bank", {}, { labels: { "istio-injection": "enabled" } }),
    httpRoute("a", { hostnames: ["a.example.com"], rules: [backend("pay", { namespace: "bank" })] }),
    object(
      "ReferenceGrant",
      "shop",
      {
        spec: {
          from: [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute", namespace: "shop" }],
          to: [{ group: "", kind: "Service" }],
        },
      },
      { namespace: "bank" },
    ),
  ),
  // Workloads.
  program("a StatefulSet", workload("db", {}, {}, { kind: "StatefulSet" })),
  program("an Argo Rollout", workload("web", {}, {}, { kind: "Rollout" })),
  program(
    "a CronJob",
    object("CronJob", "job", { spec: { jobTemplate: { spec: { template: pod("job") } } } }),
  ),
  program(
    "a Knative Service",
    typed("serving.knative.dev/v1", "Service", "fn", { spec: { template: pod("fn") } }),
  ),
  program(
    "an image that is unknown in the first preview",
    workload("web", {}, {}, { container: { image: unknown } }),
  ),
  program(
    "a checksum that is unknown in the first preview",
    workload("web", { labels: { app: "web" }, annotations: { "checksum/config": unknown } }),
  ),
  program(
    "harmless annotations",
    workload("web", {
      labels: { app: "web" },
      annotations: {
        "proxy.istio.io/config": "{concurrency: 2, holdApplicationUntilProxyStarts: true}",
        "sidecar.istio.io/proxyCPU": "100m",
        "prometheus.io/scrape": "true",
      },
    }),
  ),
  program(
    "a label that requests the sidecar",
    workload("web", { labels: { app: "web", "sidecar.istio.io/inject": "true" } }),
  ),
  program(
    "an autoscaler and a budget",
    object("HorizontalPodAutoscaler", "cart", {
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "cart" },
        minReplicas: 2,
        maxReplicas: 4,
      },
    }),
    object("PodDisruptionBudget", "cart", {
      spec: { maxUnavailable: 1, selector: { matchLabels: { app: "cart" } } },
    }),
  ),
  program("a patch of a Deployment's replicas", patch("Deployment", "cart", { spec: { replicas: 3 } })),
  program("a patch of a Namespace's own label", patch("Namespace", "shop", {}, { labels: { team: "shop" } })),
  program(
    "a patch of an external DestinationRule",
    destinationRule("api", { host: "api.example.com" }, { tls: { mode: "SIMPLE" } }),
    patch("DestinationRule", "api", { spec: { host: "api2.example.com" } }),
  ),
  program(
    "a ConfigMap of an application",
    object("ConfigMap", "istio-docs", { data: { "index.html": "<p>mesh</p>" } }),
  ),
  // Operation.
  program("istiod", istiod()),
  program(
    "istiod with settings",
    istiod(
      { env: { PILOT_DEBOUNCE_MAX: "1s" }, global: { logging: { level: "info" }, proxy: { resources: {} } } },
      { accessLogFile: "/dev/stdout", enableTracing: true },
    ),
  ),
  program(
    "the chart of an application with values of its own",
    release("app", { global: { env: "prod" }, istio: { enabled: true }, image: { tag: "1.0.0" } }),
  ),
  program(
    "a rate limit",
    object("EnvoyFilter", "limit", {
      spec: {
        priority: 10,
        workloadSelector: { labels: { app: "cart" } },
        configPatches: [
          {
            applyTo: "HTTP_FILTER",
            match: { context: "SIDECAR_INBOUND", proxy: { proxyVersion: "^1\\.31.*" } },
            patch: {
              operation: "INSERT_BEFORE",
              value: {
                name: "limit",
                typed_config: {
                  "@type":
                    "type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit",
                },
              },
            },
          },
        ],
      },
    }),
  ),
  program(
    "a Wasm module with its digest",
    object("WasmPlugin", "audit", {
      spec: {
        selector: { matchLabels: { app: "cart" } },
        url: "oci://registry.example.com/audit:1.0.0",
        sha256: "0".repeat(64),
      },
    }),
  ),
  program("traces", object("Telemetry", "default", { spec: { tracing: [{ randomSamplingPercentage: 1 }] } })),
  program(
    "a NetworkPolicy",
    object("NetworkPolicy", "cart", {
      spec: { podSelector: { matchLabels: { app: "cart" } }, policyTypes: ["Ingress"] },
    }),
  ),
  program(
    "a virtual machine in the mesh",
    object("WorkloadEntry", "vm", {
      spec: { address: "10.0.0.7", labels: { app: "cart", "security.istio.io/tlsMode": "istio" } },
    }),
  ),
  program(
    "a virtual machine outside of the mesh",
    object("WorkloadEntry", "vm", { spec: { address: "10.0.0.7", labels: { app: "legacy" } } }),
  ),
  program(
    "a route of an external host of its own",
    entry({
      hosts: ["api.example.com"],
      resolution: "DNS",
      ports: [{ number: 80, name: "http", protocol: "HTTP" }],
    }),
    virtualService({ hosts: ["api.example.com"], http: [to("api.example.com")] }),
  ),
  program(
    "a webhook of another product",
    typed("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", "cert-manager-webhook", {
      webhooks: [
        {
          name: "webhook.cert-manager.io",
          clientConfig: { service: { name: "cert-manager-webhook", namespace: "cert-manager" } },
        },
      ],
    }),
  ),
  program(
    "an Ingress of another class, and one with TLS",
    typed("networking.k8s.io/v1", "Ingress", "a", { spec: { ingressClassName: "nginx" } }),
    typed("networking.k8s.io/v1", "Ingress", "b", {
      spec: { ingressClassName: "istio", tls: [{ hosts: ["a.example.com"], secretName: "a" }] },
    }),
  ),
  program(
    "the topology of a gateway behind a load balancer",
    istiod(
      {},
      {
        defaultConfig: {
          gatewayTopology: { numTrustedProxies: 1, forwardClientCertDetails: "SANITIZE_SET" },
        },
      },
    ),
  ),
  program(
    "a gateway between networks",
    object("Gateway", "networks", {
      spec: {
        selector: { istio: "eastwestgateway" },
        servers: [
          {
            port: { number: 15443, name: "tls", protocol: "TLS" },
            hosts: ["*.local"],
            tls: { mode: "AUTO_PASSTHROUGH" },
          },
        ],
      },
    }),
  ),
  program(
    "a Service of an application",
    object("Service", "web", { spec: { selector: { app: "web" }, ports: [{ name: "http", port: 80 }] } }),
    destinationRule("web", { host: "web" }),
    workload("web"),
  ),
  program(
    "resources of the proxy",
    workload(
      "web",
      {},
      {
        containers: [
          { name: "web", image: "registry.example.com/web:1.0.0" },
          {
            name: "istio-proxy",
            image: "auto",
            resources: { requests: { cpu: "100m" } },
            env: [{ name: "GOMAXPROCS", value: "2" }],
          },
        ],
      },
    ),
  ),
  program(
    "a revision tag",
    typed("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", "istio-revision-tag-prod", {
      webhooks: [
        {
          name: "rev.namespace.sidecar-injector.istio.io",
          clientConfig: { service: { name: "istiod-1-31", namespace: "istio-system" } },
        },
      ],
    }),
  ),
];
