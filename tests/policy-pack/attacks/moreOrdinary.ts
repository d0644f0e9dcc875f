import { facts } from "../../../policy-pack/facts";
import {
  allowing,
  type Case,
  caseOf as program,
  destinationRule,
  entry,
  from,
  gatewayApi,
  istiod,
  object,
  operation,
  parentRefs,
  patch,
  pod,
  release,
  to,
  type Tree,
  typed,
  virtualService,
  workload,
  ztunnel,
} from "./object";

const tls = [{ number: 443, name: "tls", protocol: "TLS" }];
const proxied = (fields: Tree) =>
  workload(
    "web",
    {},
    {
      containers: [
        { name: "web", image: "registry.example.com/web:1.0.0" },
        { name: "istio-proxy", image: "auto", ...fields },
      ],
    },
  );
const https = {
  name: "https",
  port: 443,
  protocol: "HTTPS",
  tls: { mode: "Terminate", certificateRefs: [{ name: "a" }] },
  allowedRoutes: { namespaces: { from: "All" } },
};

/** Ordinary programs of teams, further ones. */
export const moreOrdinary: readonly Case[] = [
  program(
    "a proxy that waits before its end",
    proxied({ lifecycle: { preStop: { exec: { command: ["sleep", "15"] } } } }),
  ),
  program(
    "a proxy that waits with Kubernetes' own action",
    proxied({ lifecycle: { preStop: { sleep: { seconds: 15 } } } }),
  ),
  program(
    "a hardened proxy",
    proxied({
      securityContext: {
        allowPrivilegeEscalation: false,
        capabilities: { drop: ["ALL"] },
        runAsNonRoot: true,
        readOnlyRootFilesystem: true,
      },
    }),
  ),
  program(
    "a proxy with a probe and a port",
    proxied({
      ports: [{ containerPort: 15090, name: "metrics" }],
      readinessProbe: { httpGet: { path: "/healthz/ready", port: 15021 } },
    }),
  ),
  program(
    "a Job of a workflow engine",
    typed("argoproj.io/v1alpha1", "Workflow", "web", {
      spec: {
        podMetadata: { labels: { app: "web" } },
        entrypoint: "main",
        templates: [{ name: "main", container: { image: "registry.example.com/web:1.0.0" } }],
      },
    }),
  ),
  program(
    "a JobSet",
    typed("jobset.x-k8s.io/v1alpha2", "JobSet", "web", {
      spec: { replicatedJobs: [{ name: "a", template: { spec: { template: pod("web") } } }] },
    }),
  ),
  program(
    "an Application of Argo CD for a service",
    typed(
      "argoproj.io/v1alpha1",
      "Application",
      "shop",
      { spec: { source: { repoURL: "https://git.example.com/shop", path: "charts/shop" } } },
      { namespace: "argocd" },
    ),
  ),
  program(
    "a HelmRelease of Flux for a service",
    typed("helm.toolkit.fluxcd.io/v2", "HelmRelease", "shop", {
      spec: { chart: { spec: { chart: "shop" } }, values: { replicas: 2 } },
    }),
  ),
  program(
    "the chart of a service with values in files",
    release(
      "shop",
      { image: { tag: "1.0.0" } },
      { namespace: "shop", valueYamlFiles: [{ path: "values.yaml" }] },
    ),
  ),
  program(
    "ztunnel without its chart",
    object("Namespace", "istio-system", {}, { namespace: undefined }),
    ztunnel(),
  ),
  program(
    "the charts base, cni and ztunnel",
    release("base", { defaultRevision: "default" }),
    release("cni", { profile: "ambient", ambient: { enabled: true } }),
    release("ztunnel", { resources: {} }),
  ),
  program(
    "Istio's charts from Istio's repository",
    istiod({}, {}, { repositoryOpts: { repo: facts.istio.charts.repository } }),
  ),
  program(
    "Istio's chart from Istio's registry",
    istiod({}, {}, { chart: `${facts.istio.charts.oci}/istiod` }),
  ),
  program("a newer version of TLS in the mesh", istiod({}, { meshMTLS: { minProtocolVersion: "TLSV1_3" } })),
  program(
    "an authorizer that fails closed",
    istiod(
      {},
      {
        extensionProviders: [
          {
            name: "opa",
            envoyExtAuthzGrpc: { service: "opa.opa.svc.cluster.local", port: 9191, failOpen: false },
          },
        ],
      },
    ),
  ),
  program(
    "a provider of traces",
    istiod(
      {},
      {
        extensionProviders: [
          { name: "otel", opentelemetry: { service: "otel.tracing.svc.cluster.local", port: 4317 } },
        ],
      },
    ),
  ),
  program("native sidecars", istiod({ env: { ENABLE_NATIVE_SIDECARS: "true" } })),
  program(
    "a gateway's release",
    release(
      "gateway",
      {
        service: { type: "LoadBalancer" },
        autoscaling: { minReplicas: 2 },
        podAnnotations: { "prometheus.io/scrape": "true" },
      },
      { namespace: "ingress", name: "public" },
    ),
  ),
  program(
    "a webhook for pods of all namespaces",
    typed(
      "admissionregistration.k8s.io/v1",
      "MutatingWebhookConfiguration",
      "vault-agent-injector",
      {
        webhooks: [
          {
            name: "vault.hashicorp.com",
            failurePolicy: "Ignore",
            namespaceSelector: {},
            objectSelector: {
              matchExpressions: [{ key: "app.kubernetes.io/name", operator: "NotIn", values: ["vault"] }],
            },
            clientConfig: { service: { name: "vault", namespace: "vault" } },
          },
        ],
      },
      { namespace: undefined },
    ),
  ),
  program(
    "a webhook that leaves out the mesh's own namespace",
    typed(
      "admissionregistration.k8s.io/v1",
      "ValidatingWebhookConfiguration",
      "gatekeeper",
      {
        webhooks: [
          {
            name: "validation.gatekeeper.sh",
            namespaceSelector: {
              matchExpressions: [
                { key: "kubernetes.io/metadata.name", operator: "NotIn", values: ["istio-system"] },
              ],
            },
            clientConfig: { service: { name: "gatekeeper", namespace: "gatekeeper" } },
          },
        ],
      },
      { namespace: undefined },
    ),
  ),
  program(
    "a Secret with an issuing certificate",
    typed("v1", "Secret", "shop-tls", { type: "kubernetes.io/tls", data: {} }),
  ),
  program(
    "endpoints of an application",
    typed(
      "discovery.k8s.io/v1",
      "EndpointSlice",
      "db",
      { addressType: "IPv4", endpoints: [{ addresses: ["10.0.0.7"] }] },
      { labels: { "kubernetes.io/service-name": "db" } },
    ),
  ),
  program(
    "a copy of requests to a service of the mesh",
    object("Service", "shadow", {
      spec: { selector: { app: "shadow" }, ports: [{ name: "http", port: 80 }] },
    }),
    destinationRule("shadow", { host: "shadow" }),
    virtualService({ hosts: ["cart"], http: [to("cart", { mirror: { host: "shadow" } })] }),
  ),
  program(
    "a gateway's route to an external host",
    entry({
      hosts: ["legacy.example.com"],
      resolution: "DNS",
      ports: [{ number: 443, name: "http", protocol: "HTTP" }],
    }),
    virtualService({
      hosts: ["a.example.com"],
      gateways: ["ingress/public"],
      http: [to("legacy.example.com")],
    }),
  ),
  program(
    "external hosts by an egress gateway",
    destinationRule("egress", { host: "egress.istio-egress.svc.cluster.local" }),
    entry({ hosts: ["api.example.com"], resolution: "DNS", ports: tls }),
    virtualService({
      hosts: ["api.example.com"],
      gateways: ["mesh", "istio-egress/egress"],
      tls: [
        {
          match: [{ gateways: ["mesh"], port: 443, sniHosts: ["api.example.com"] }],
          route: [{ destination: { host: "egress.istio-egress.svc.cluster.local", port: { number: 443 } } }],
        },
      ],
    }),
  ),
  program(
    "a GRPCRoute",
    gatewayApi("GRPCRoute", "a", {
      parentRefs,
      hostnames: ["a.example.com"],
      rules: [{ matches: [{ method: { service: "cart.Cart" } }], backendRefs: [{ name: "cart", port: 80 }] }],
    }),
  ),
  program(
    "two GRPCRoutes of two services",
    gatewayApi("GRPCRoute", "a", {
      parentRefs,
      hostnames: ["a.example.com"],
      rules: [{ matches: [{ method: { service: "cart.Cart" } }], backendRefs: [{ name: "cart", port: 80 }] }],
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
  program(
    "a TLSRoute",
    gatewayApi("TLSRoute", "a", {
      parentRefs,
      hostnames: ["db.example.com"],
      rules: [{ backendRefs: [{ name: "cart", port: 80 }] }],
    }),
  ),
  program(
    "a Gateway of the Gateway API with its own annotations",
    gatewayApi("Gateway", "x", {
      gatewayClassName: "istio",
      infrastructure: {
        annotations: { "service.beta.kubernetes.io/aws-load-balancer-type": "nlb" },
        labels: { team: "shop" },
      },
      listeners: [https],
    }),
  ),
  program(
    "a Gateway of the Gateway API with its autoscaler",
    object("ConfigMap", "options", {
      data: {
        horizontalPodAutoscaler: "spec:\n  minReplicas: 2\n  maxReplicas: 4\n",
        deployment:
          "spec:\n  template:\n    spec:\n      containers:\n        - name: istio-proxy\n          resources:\n            requests: {cpu: 100m}\n",
      },
    }),
    gatewayApi("Gateway", "x", {
      gatewayClassName: "istio",
      infrastructure: { parametersRef: { group: "", kind: "ConfigMap", name: "options" } },
      listeners: [https],
    }),
  ),
  program(
    "a certificate of another namespace with a grant",
    object("Namespace", "certs", {}, {}),
    gatewayApi("Gateway", "x", {
      gatewayClassName: "istio",
      listeners: [{ ...https, tls: { certificateRefs: [{ name: "a", namespace: "certs" }] } }],
    }),
    gatewayApi(
      "ReferenceGrant",
      "a",
      {
        from: [{ group: "gateway.networking.k8s.io", kind: "Gateway", namespace: "shop" }],
        to: [{ group: "", kind: "Secret" }],
      },
      { namespace: "certs" },
      "v1beta1",
    ),
  ),
  program(
    "TLS to a backend outside of the mesh",
    object("Service", "legacy", {
      spec: {
        type: "ExternalName",
        externalName: "legacy.example.com",
        ports: [{ name: "https", port: 443 }],
      },
    }),
    destinationRule("legacy", { host: "legacy" }),
    gatewayApi("BackendTLSPolicy", "legacy", {
      targetRefs: [{ group: "", kind: "Service", name: "legacy" }],
      validation: { hostname: "legacy.example.com", wellKnownCACertificates: "System" },
    }),
  ),
  program(
    "a Sidecar's listener",
    object("Sidecar", "cart", {
      spec: {
        workloadSelector: { labels: { app: "cart" } },
        ingress: [
          { port: { number: 8080, name: "http", protocol: "HTTP" }, defaultEndpoint: "127.0.0.1:8080" },
        ],
        egress: [{ hosts: ["./*", "istio-system/*"] }],
      },
    }),
  ),
  program(
    "a limited rate with headers of the response",
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
                name: "envoy.filters.http.local_ratelimit",
                typed_config: {
                  "@type":
                    "type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit",
                  stat_prefix: "limit",
                  token_bucket: { max_tokens: 10, tokens_per_fill: 10, fill_interval: "60s" },
                  response_headers_to_add: [
                    {
                      append_action: "OVERWRITE_IF_EXISTS_OR_ADD",
                      header: { key: "x-local-rate-limit", value: "true" },
                    },
                  ],
                },
              },
            },
          },
        ],
      },
    }),
  ),
  program(
    "GET of public paths",
    allowing(operation({ methods: ["GET"], paths: ["/products", "/products/*"] })),
  ),
  program(
    "callers by a condition",
    allowing({ when: [{ key: "source.principal", values: ["cluster.local/ns/shop/sa/web"] }] }),
  ),
  program(
    "a token with a role",
    object("RequestAuthentication", "cart", {
      spec: {
        selector: { matchLabels: { app: "cart" } },
        jwtRules: [
          {
            issuer: "https://i.example.com",
            jwksUri: "https://i.example.com/jwks",
            audiences: ["shop"],
            outputClaimToHeaders: [{ header: "x-user", claim: "sub" }],
          },
        ],
      },
    }),
    allowing({
      ...from({ requestPrincipals: ["https://i.example.com/*"] }),
      when: [{ key: "request.auth.claims[role]", values: ["buyer"] }],
    }),
  ),
  program("callers of a family of namespaces", allowing(from({ namespaces: ["shop-*"] }))),
  program(
    "the office's networks for a path",
    allowing({ ...from({ remoteIpBlocks: ["203.0.113.0/24"] }), ...operation({ paths: ["/admin/*"] }) }),
  ),
  program(
    "a policy without rules for a workload",
    object("AuthorizationPolicy", "none", { spec: { selector: { matchLabels: { app: "cart" } } } }),
  ),
  program(
    "a policy that only logs",
    object("AuthorizationPolicy", "audit", {
      spec: {
        selector: { matchLabels: { app: "cart" } },
        action: "AUDIT",
        rules: [operation({ paths: ["/pay/*"] })],
      },
    }),
  ),
  program(
    "a route with headers of its own",
    virtualService({
      hosts: ["cart"],
      http: [
        to("cart", { headers: { request: { set: { "x-team": "shop" } }, response: { remove: ["server"] } } }),
      ],
    }),
  ),
  program(
    "a route of a version by a header",
    destinationRule("cart", {
      host: "cart",
      subsets: [
        { name: "v1", labels: { version: "v1" } },
        { name: "v2", labels: { version: "v2" } },
      ],
    }),
    virtualService({
      hosts: ["cart"],
      http: [
        {
          ...to("cart"),
          match: [{ headers: { "x-canary": { exact: "true" } } }],
          route: [{ destination: { host: "cart", subset: "v2" } }],
        },
        { ...to("cart"), route: [{ destination: { host: "cart", subset: "v1" } }] },
      ],
    }),
  ),
  program(
    "TLS to an external host with its own CA",
    entry({
      hosts: ["api.example.com"],
      resolution: "DNS",
      ports: [{ number: 443, name: "http", protocol: "HTTP" }],
    }),
    destinationRule(
      "api",
      { host: "api.example.com" },
      { tls: { mode: "MUTUAL", credentialName: "client", sni: "api.example.com" } },
    ),
  ),
  program(
    "a patch of annotations of an application",
    patch("Deployment", "cart", {
      spec: {
        template: {
          metadata: { annotations: { "kubectl.kubernetes.io/restartedAt": "2026-01-01T00:00:00Z" } },
        },
      },
    }),
  ),
  program(
    "a namespace outside of the mesh, with its workload",
    object("Namespace", "tools", {}, { labels: { "istio-injection": "disabled" } }),
    object("Deployment", "tools", { spec: { template: pod("tools") } }, { namespace: "tools" }),
  ),
  program(
    "a namespace of a revision",
    object("Namespace", "pay", {}, { labels: { "istio.io/rev": "1-31" } }),
    object("Deployment", "pay", { spec: { template: pod("pay") } }, { namespace: "pay" }),
  ),
  program(
    "ejection by local failures",
    destinationRule(
      "cart",
      {},
      {
        outlierDetection: {
          splitExternalLocalOriginErrors: true,
          consecutive5xxErrors: 0,
          consecutiveLocalOriginFailures: 5,
          maxEjectionPercent: 50,
        },
      },
    ),
  ),
  program(
    "harmless numbers in mesh config",
    istiod(
      {},
      {
        pathNormalization: { normalization: 4 },
        defaultConfig: { gatewayTopology: { forwardClientCertDetails: 4 } },
      },
    ),
  ),
  program(
    "an access log and metrics",
    object("Telemetry", "default", {
      spec: {
        accessLogging: [{ providers: [{ name: "envoy" }] }],
        metrics: [
          {
            providers: [{ name: "prometheus" }],
            overrides: [
              { match: { metric: "REQUEST_COUNT" }, tagOverrides: { a: { value: "request.host" } } },
            ],
          },
        ],
      },
    }),
  ),
];
