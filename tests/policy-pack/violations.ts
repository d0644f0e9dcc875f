import type { Resource } from "../../policy-pack/tests/engine";
import {
  allow,
  annotatedPod,
  asPatch,
  authorizationPolicy,
  connectionPool,
  deployment,
  destinationRule,
  gateway,
  grafana,
  istio,
  istiod,
  kiali,
  namespace,
  peerAuthentication,
  requestAuthentication,
  route,
  trafficPolicy,
  virtualService,
} from "../../policy-pack/tests/resources";

/** A resource that one policy refuses, and how the policy's message begins: resource, field, value, limit. */
export interface Violation {
  readonly policy: string;
  readonly resource: Resource;
  readonly message: string;
}

/** The resource under another name, so that all of them fit into one stack. */
function named(name: string, resource: Resource, type = resource.type): Resource {
  const { metadata, apiVersion, ...props } = resource.props as { metadata?: object; apiVersion?: string };
  if (metadata === undefined) return { ...resource, name, props: { ...resource.props, name } };
  const version = type === resource.type ? apiVersion : /^kubernetes:(.*):/.exec(type)?.[1];
  return {
    ...resource,
    type,
    name,
    props: { ...props, apiVersion: version, metadata: { ...metadata, name } },
  };
}

const selector = { matchLabels: { app: "nothing" } };
const ofGateway = { matchLabels: { "gateway.networking.k8s.io/gateway-name": "public" } };
const weak = { selector: { matchLabels: { app: "legacy" } }, mtls: { mode: "PERMISSIVE" } };
const spec = "spec.template.spec.containers[0]";
const to = (host: string) => [{ destination: { host } }];
const outOfMesh = {
  hosts: ["*.com"],
  ports: [{ number: 443, name: "tls", protocol: "TLS" }],
  resolution: "NONE",
};
const filter = { configPatches: [{ applyTo: "HTTP_FILTER", patch: { operation: "MERGE" } }] };

/** For each mandatory policy that judges resources, a resource that is valid but for one field. */
export const resourceViolations: readonly Violation[] = [
  {
    policy: "forbid-weaker-mtls",
    resource: named(
      "legacy",
      peerAuthentication(weak, "shop"),
      "kubernetes:security.istio.io/v1beta1:PeerAuthentication",
    ),
    message: "PeerAuthentication shop/legacy: spec.mtls.mode is PERMISSIVE, which also accepts plaintext.",
  },
  {
    policy: "bound-certificate-lifetimes",
    resource: named(
      "istiod-certificates",
      istiodOf({ meshConfig: { defaultConfig: { proxyMetadata: { SECRET_TTL: "9m" } } } }),
    ),
    message:
      "Release istio-system/istiod-certificates: values.meshConfig.defaultConfig.proxyMetadata.SECRET_TTL is 9m, below",
  },
  {
    policy: "forbid-allow-all",
    resource: named("everyone", authorizationPolicy({ rules: [allow(), {}] })),
    message: "AuthorizationPolicy shop/everyone: spec.rules[1] ",
  },
  {
    policy: "require-safe-patterns",
    resource: named(
      "except",
      authorizationPolicy({ rules: [allow({ to: [{ operation: { notPaths: ["/admin"] } }] })] }),
    ),
    message: "AuthorizationPolicy shop/except: spec.rules[0].to[0].operation.notPaths ",
  },
  {
    policy: "require-normalized-matches",
    resource: named(
      "lower-case",
      authorizationPolicy({ rules: [allow({ to: [{ operation: { methods: ["get"] } }] })] }),
    ),
    message: 'AuthorizationPolicy shop/lower-case: spec.rules[0].to[0].operation.methods[0] is "get"',
  },
  {
    policy: "forbid-claims-in-known-headers",
    resource: named(
      "header",
      requestAuthentication({ outputPayloadToHeader: "x-forwarded-for" }, {}, "bank"),
    ),
    message: "RequestAuthentication bank/header: spec.jwtRules[0].outputPayloadToHeader ",
  },
  {
    policy: "forbid-injection-opt-out",
    resource: named(
      "opted-out",
      deployment({ metadata: { labels: { app: "catalog", "sidecar.istio.io/inject": "false" } } }),
    ),
    message: 'Deployment shop/opted-out: spec.template.metadata.labels["sidecar.istio.io/inject"] is false',
  },
  {
    policy: "bound-capabilities",
    resource: named(
      "network-admin",
      deployment({}, { securityContext: { runAsNonRoot: true, capabilities: { add: ["NET_ADMIN"] } } }),
    ),
    message: `Deployment shop/network-admin: ${spec}.securityContext.capabilities.add[0] is NET_ADMIN`,
  },
  {
    policy: "require-non-root",
    resource: named("root", deployment({}, { securityContext: {} })),
    message: `Deployment shop/root: ${spec}.securityContext.runAsNonRoot is not set`,
  },
  {
    policy: "reserve-gateway-labels",
    resource: named(
      "false-gateway",
      deployment({ metadata: { labels: { app: "catalog", istio: "ingressgateway" } } }),
    ),
    message: "Deployment shop/false-gateway: spec.template.metadata.labels.istio is ingressgateway",
  },
  {
    policy: "forbid-wildcard-hosts",
    resource: named("any-host", virtualService(undefined, { hosts: ["*.example.com"] })),
    message: 'VirtualService shop/any-host: spec.hosts[0] is "*.example.com"',
  },
  {
    policy: "restrict-egress",
    resource: named(
      "everywhere",
      istio("networking.istio.io/v1", "ServiceEntry", { namespace: "shop", name: "everywhere" }, outOfMesh),
    ),
    message: 'ServiceEntry shop/everywhere: spec.hosts[0] is "*.com"',
  },
  {
    policy: "bound-circuit-breakers",
    resource: named(
      "wide",
      destinationRule({
        trafficPolicy: trafficPolicy({ connectionPool: connectionPool({}, { maxConnections: 5000 }) }),
      }),
      "kubernetes:networking.istio.io/v1alpha3:DestinationRule",
    ),
    message:
      "DestinationRule shop/wide: spec.trafficPolicy.connectionPool.tcp.maxConnections is 5000, above the limit of 1024.",
  },
  {
    policy: "bound-timeouts",
    resource: named("patient", virtualService([route({ timeout: "10m" })])),
    message: "VirtualService shop/patient: spec.http[0].timeout is 10m, above the limit of 2m.",
  },
  {
    policy: "bound-retries",
    resource: named(
      "stubborn",
      virtualService([
        route({
          timeout: "60s",
          retries: { attempts: 9, perTryTimeout: "2s", retryOn: "connect-failure,refused-stream" },
        }),
      ]),
    ),
    message: "VirtualService shop/stubborn: spec.http[0].retries.attempts is 9, above the limit of 3.",
  },
  {
    policy: "forbid-unsafe-retries",
    resource: named(
      "twice",
      virtualService([route({ retries: { attempts: 2, perTryTimeout: "2s", retryOn: "5xx" } })]),
    ),
    message: "VirtualService shop/twice: spec.http[0].retries",
  },
  {
    policy: "forbid-fault-injection",
    resource: named(
      "faulty",
      virtualService([route({ fault: { abort: { httpStatus: 503, percentage: { value: 5 } } } })]),
    ),
    message: "VirtualService shop/faulty: spec.http[0].fault",
  },
  {
    policy: "require-safe-envoy-filters",
    resource: istio(
      "networking.istio.io/v1alpha3",
      "EnvoyFilter",
      { namespace: "shop", name: "filter" },
      filter,
    ),
    message: "EnvoyFilter shop/filter: spec.priority is not set",
  },
  {
    policy: "require-pinned-wasm",
    resource: istio(
      "extensions.istio.io/v1alpha1",
      "WasmPlugin",
      { namespace: "shop", name: "plugin" },
      { url: "oci://registry.example.com/plugin:1.0.0", failStrategy: "FAIL_CLOSE" },
    ),
    message: "WasmPlugin shop/plugin: spec.sha256 is not set",
  },
  {
    policy: "forbid-open-consoles",
    resource: named("kiali-open", kiali({ auth: { strategy: "anonymous" } })),
    message: "Release monitoring/kiali-open: values.auth.strategy is anonymous",
  },
  {
    policy: "forbid-exposed-consoles",
    resource: named("grafana-exposed", grafana({ service: { type: "LoadBalancer" } })),
    message: "Release monitoring/grafana-exposed: values.service.type is LoadBalancer",
  },
  {
    policy: "forbid-plain-credentials",
    resource: named("grafana-password", grafana({ adminPassword: "hunter2" })),
    message: "Release monitoring/grafana-password: values.adminPassword is a credential in plaintext",
  },
  {
    policy: "require-view-only-kiali",
    resource: named("kiali-editor", kiali({ deployment: { view_only_mode: false } })),
    message: "Release monitoring/kiali-editor: values.deployment.view_only_mode is not true",
  },
  {
    policy: "require-config-validation",
    resource: named("istio-base", istiod({ defaultRevision: "" }, "base")),
    message: "Release istio-system/istio-base: values.defaultRevision is empty",
  },
  {
    policy: "require-high-availability",
    resource: named("istiod-single", istiodOf({ autoscaleMin: 1 })),
    message: "Release istio-system/istiod-single: values.autoscaleMin is 1, below the minimum of 2.",
  },
  {
    policy: "require-supported-versions",
    resource: named("istiod-old", istiodOf({ global: { tag: "1.20.0" } })),
    message: "Release istio-system/istiod-old: values.global.tag is 1.20.0, which is no longer supported",
  },
  {
    policy: "require-pinned-versions",
    resource: named("moving", deployment({}, { image: "registry.example.com/catalog:latest" })),
    message: `Deployment shop/moving: ${spec}.image is registry.example.com/catalog:latest, whose tag moves.`,
  },
  {
    policy: "bound-trace-sampling",
    resource: istio(
      "telemetry.istio.io/v1",
      "Telemetry",
      { namespace: "shop", name: "everything" },
      { tracing: [{ randomSamplingPercentage: 100 }] },
    ),
    message:
      "Telemetry shop/everything: spec.tracing[0].randomSamplingPercentage is 100, above the limit of 10.",
  },
  {
    policy: "forbid-security-patches",
    resource: asPatch(named("patched", peerAuthentication({ selector }, "shop"))),
    message: "PeerAuthentication shop/patched: spec is changed by a patch",
  },
  {
    policy: "require-effective-selectors",
    resource: named("no-effect", authorizationPolicy({ selector: ofGateway })),
    message: 'AuthorizationPolicy shop/no-effect: spec.selector.matchLabels["gateway.networking.k8s.io',
  },
  {
    policy: "require-secure-jwks",
    resource: named("jwks", requestAuthentication({ jwksUri: "http://auth.example.com/jwks" }, {}, "bank")),
    message: "RequestAuthentication bank/jwks: spec.jwtRules[0].jwksUri is http://auth.example.com/jwks",
  },
  {
    policy: "forbid-forged-headers",
    resource: named(
      "forged",
      virtualService([route({ headers: { request: { set: { "x-forwarded-client-cert": "a" } } } })]),
    ),
    message: "VirtualService shop/forged: spec.http[0].headers.request.set.x-forwarded-client-cert sets",
  },
  {
    policy: "restrict-pod-annotations",
    resource: named("bootstrap", annotatedPod({ "sidecar.istio.io/bootstrapOverride": "own" })),
    message: "Deployment shop/bootstrap: spec.template.metadata.annotations",
  },
  {
    policy: "restrict-control-plane",
    resource: named("istiod-open", istiodOf({ env: { XDS_AUTH: "false" } })),
    message: "Release istio-system/istiod-open: values.env.XDS_AUTH is not an allowed value",
  },
];

/** For each mandatory policy that judges stacks, a resource that makes a stack lack something. */
export const stackViolations: readonly Violation[] = [
  {
    policy: "require-gateway-tls",
    resource: named(
      "old-tls",
      gateway({ tls: { mode: "SIMPLE", credentialName: "shop", minProtocolVersion: "TLSV1_0" } }),
    ),
    message: "Gateway shop/old-tls: spec.servers[1].tls.minProtocolVersion is TLSV1_0, older than TLSV1_2.",
  },
  {
    policy: "require-mesh-wide-strict",
    resource: named("istiod-alone", istiodOf({})),
    message: "The mesh's root namespace istio-system has no PeerAuthentication",
  },
  {
    policy: "require-default-deny",
    resource: namespace(undefined, "shop"),
    message: "Namespace shop has no AuthorizationPolicy without spec.selector and spec.rules",
  },
  {
    policy: "require-token-rules",
    resource: named("tokens", requestAuthentication({}, {}, "bank")),
    message:
      "RequestAuthentication bank/tokens: no AuthorizationPolicy for the same workloads requires the tokens of spec.jwtRules",
  },
  {
    policy: "require-host-ownership",
    resource: named("taken", virtualService(undefined, { hosts: ["cart.bank.svc.cluster.local"] })),
    message:
      'VirtualService shop/taken: spec.hosts[0] is "cart.bank.svc.cluster.local", a host of namespace bank',
  },
  {
    policy: "require-injection",
    resource: namespace({}, "bare"),
    message:
      "Namespace bare: metadata.labels has no label of the mesh, so no proxy secures Deployment bare/plain.",
  },
  {
    policy: "require-circuit-breakers",
    resource: named("unlimited", virtualService([route({ route: to("missing") })])),
    message:
      'VirtualService shop/unlimited: spec.http[0].route[0].destination.host is "missing", for which the stack has no',
  },
  {
    policy: "require-safe-effects",
    resource: named(
      "mistyped",
      authorizationPolicy({ selector: { matchLabels: { app: "catlaog" } } }, { namespace: "bare" }),
    ),
    message: 'AuthorizationPolicy bare/mistyped: spec.selector.matchLabels.app is "catlaog", and no workload',
  },
];

/** What the stack's violations need besides: namespaces, and a workload in the one outside the mesh. */
export const surroundings: readonly Resource[] = [
  namespace(undefined, "bank"),
  inNamespace("bare", named("plain", deployment())),
];

/** istiod as every policy accepts it in prod, with the given values changed. */
function istiodOf(values: Record<string, unknown>): Resource {
  const { meshConfig, ...others } = values as { meshConfig?: object };
  return istiod({
    autoscaleMin: 2,
    meshConfig: { outboundTrafficPolicy: { mode: "REGISTRY_ONLY" }, ...meshConfig },
    ...others,
  });
}

function inNamespace(name: string, resource: Resource): Resource {
  const metadata = { ...(resource.props.metadata as object), namespace: name };
  return { ...resource, props: { ...resource.props, metadata } };
}
