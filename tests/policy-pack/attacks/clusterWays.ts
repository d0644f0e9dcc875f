import {
  allowing,
  annotated,
  type Case,
  caseOf as way,
  entry,
  from,
  gatewayApi,
  istiod,
  object,
  operation,
  parentRefs,
  patch,
  release,
  to,
  type Tree,
  typed,
  virtualService,
  workload,
} from "./object";

const admission = (kind: string, spec: Tree) =>
  typed("admissionregistration.k8s.io/v1", kind, "helper", { spec });
const pods = {
  matchConstraints: {
    resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
  },
};
const browsers = { allowOrigins: [{ regex: ".*" }], allowCredentials: true };
const cors = (corsPolicy: Tree) => virtualService({ hosts: ["cart"], http: [to("cart", { corsPolicy })] });
const proxyConfig = (spec: Tree, metadata: Tree = {}) =>
  typed("networking.istio.io/v1beta1", "ProxyConfig", "web", { spec }, metadata);
const httpRoute = (rule: Tree) =>
  gatewayApi("HTTPRoute", "web", { parentRefs, hostnames: ["shop.example.com"], rules: [rule] });

/** Ways past the pack by admission, browsers, telemetry, entries of workloads, and settings of single proxies. */
export const clusterWays: readonly Case[] = [
  way(
    "a mutating admission policy for pods",
    admission("MutatingAdmissionPolicy", {
      ...pods,
      mutations: [{ patchType: "JSONPatch", jsonPatch: { expression: "[]" } }],
    }),
  ),
  way(
    "a mutating admission policy for every resource",
    admission("MutatingAdmissionPolicy", {
      matchConstraints: {
        resourceRules: [{ apiGroups: ["*"], apiVersions: ["*"], operations: ["*"], resources: ["*"] }],
      },
      mutations: [{ patchType: "ApplyConfiguration", applyConfiguration: { expression: "Object{}" } }],
    }),
  ),
  way(
    "a mutating admission policy for policies of the mesh",
    admission("MutatingAdmissionPolicy", {
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: ["security.istio.io"],
            apiVersions: ["*"],
            operations: ["*"],
            resources: ["authorizationpolicies"],
          },
        ],
      },
    }),
  ),
  way("any origin with credentials", cors(browsers)),
  way("any origin with credentials by a prefix", cors({ ...browsers, allowOrigins: [{ prefix: "" }] })),
  way(
    "any origin with credentials by https alone",
    cors({ ...browsers, allowOrigins: [{ prefix: "https://" }] }),
  ),
  way(
    "any origin with credentials by an expression",
    cors({ ...browsers, allowOrigins: [{ regex: "https?://.+" }] }),
  ),
  way(
    "any origin with credentials by a patch",
    patch("VirtualService", "web", {
      spec: { hosts: ["cart"], http: [to("cart", { corsPolicy: browsers })] },
    }),
  ),
  way(
    "any origin with credentials in an HTTPRoute",
    httpRoute({
      filters: [{ type: "CORS", cors: { allowOrigins: ["*"], allowCredentials: true } }],
      backendRefs: [{ name: "cart", port: 80 }],
      timeouts: { request: "5s" },
    }),
  ),
  way(
    "any origin with credentials by a wildcard in an HTTPRoute",
    httpRoute({
      filters: [{ type: "CORS", cors: { allowOrigins: ["https://*"], allowCredentials: true } }],
      backendRefs: [{ name: "cart", port: 80 }],
      timeouts: { request: "5s" },
    }),
  ),
  way("the image of a proxy by a ProxyConfig", proxyConfig({ image: { imageType: "debug" } })),
  way(
    "the environment of a proxy by a ProxyConfig",
    proxyConfig({ environmentVariables: { PILOT_SKIP_VALIDATE_TRUST_DOMAIN: "true" } }),
  ),
  way(
    "the environment of all proxies by a ProxyConfig",
    proxyConfig({ environmentVariables: { CA_ADDR: "ca.example.com:443" } }, { namespace: "istio-system" }),
  ),
  way(
    "an entry of pods that captures another host",
    entry(
      {
        hosts: ["cart.shop.svc.cluster.local"],
        ports: [{ number: 80, name: "http", protocol: "HTTP" }],
        resolution: "STATIC",
        location: "MESH_INTERNAL",
        workloadSelector: { labels: { app: "thief" } },
      },
      { namespace: "bank" },
    ),
  ),
  way(
    "an entry without resolution for every host",
    entry({
      hosts: ["*"],
      ports: [{ number: 443, name: "tls", protocol: "TLS" }],
      resolution: "NONE",
      location: "MESH_EXTERNAL",
    }),
  ),
  way(
    "an entry without resolution for a port of every host",
    entry({
      hosts: ["*.com"],
      ports: [{ number: 443, name: "tls", protocol: "TLS" }],
      resolution: "NONE",
    }),
  ),
  way(
    "an entry without resolution for connections by one host",
    entry({
      hosts: ["outside.example.com"],
      ports: [{ number: 5432, name: "tcp", protocol: "TCP" }],
      resolution: "NONE",
    }),
  ),
  way(
    "a WorkloadEntry with the labels of a service",
    object("WorkloadEntry", "vm", {
      spec: { address: "203.0.113.7", labels: { app: "cart" } },
    }),
  ),
  way(
    "a WorkloadEntry with another's service account",
    object("WorkloadEntry", "vm", {
      spec: { address: "203.0.113.7", labels: { app: "cart" }, serviceAccount: "admin" },
    }),
  ),
  way(
    "outbound requests of one pod beside its proxy",
    annotated({ "traffic.sidecar.istio.io/excludeOutboundIPRanges": "0.0.0.0/0" }),
  ),
  way(
    "volumes of the proxy by an annotation",
    annotated({ "sidecar.istio.io/userVolumeMount": '{"x":{"mountPath":"/etc/istio"}}' }),
  ),
  way("an agent's own CA by an annotation", annotated({ "proxy.istio.io/config": "caCertificatesPem: [x]" })),
  way(
    "a privileged init container",
    workload(
      "web",
      { labels: { app: "web" } },
      {
        initContainers: [
          { name: "x", image: "registry.example.com/x:1.0.0", securityContext: { privileged: true } },
        ],
      },
    ),
  ),
  way(
    "an ephemeral container in the proxy's place",
    workload(
      "web",
      { labels: { app: "web" } },
      {
        ephemeralContainers: [{ name: "istio-proxy", image: "registry.example.com/x:1.0.0" }],
      },
    ),
  ),
  way(
    "a gateway of any class for a port of the proxy",
    gatewayApi("Gateway", "admin", {
      gatewayClassName: "istio",
      listeners: [{ name: "x", port: 15000, protocol: "TCP" }],
    }),
  ),
  way(
    "a listener for routes of every namespace and host",
    gatewayApi("Gateway", "open", {
      gatewayClassName: "istio",
      listeners: [
        { name: "http", port: 80, protocol: "HTTP", allowedRoutes: { namespaces: { from: "All" } } },
      ],
    }),
  ),
  way("a CA bundle of proxies by values", istiod({ global: { caAddress: "ca.example.com:443" } })),
  way(
    "a mesh network of another cluster",
    istiod({
      global: {
        meshNetworks: {
          other: {
            endpoints: [{ fromCidr: "0.0.0.0/0" }],
            gateways: [{ address: "203.0.113.1", port: 443 }],
          },
        },
      },
    }),
  ),
  way(
    "a base chart without validation",
    release("base", { base: { validationURL: "https://other.example.com" } }),
  ),
  way(
    "every client with any token of one issuer's anonymous users",
    allowing({ ...from({ notNamespaces: ["nowhere"] }), ...operation({ methods: ["*"] }) }),
  ),
];

/** Programs beside these ways that pass the pack. */
export const clusterPrograms: readonly Case[] = [
  way(
    "credentials for listed origins",
    cors({ allowOrigins: [{ exact: "https://app.example.com" }], allowCredentials: true }),
  ),
  way(
    "credentials for the names of a domain",
    cors({ allowOrigins: [{ regex: "https://[a-z]+\\.example\\.com" }], allowCredentials: true }),
  ),
  way("any origin without credentials", cors({ allowOrigins: [{ regex: ".*" }], allowCredentials: false })),
  way("any origin, as credentials are not mentioned", cors({ allowOrigins: [{ regex: ".*" }] })),
  way(
    "credentials for listed origins in an HTTPRoute",
    httpRoute({
      filters: [
        { type: "CORS", cors: { allowOrigins: ["https://app.example.com"], allowCredentials: true } },
      ],
      backendRefs: [{ name: "cart", port: 80 }],
      timeouts: { request: "5s" },
    }),
  ),
  way(
    "credentials for the names of a domain in an HTTPRoute",
    httpRoute({
      filters: [{ type: "CORS", cors: { allowOrigins: ["https://*.example.com"], allowCredentials: true } }],
      backendRefs: [{ name: "cart", port: 80 }],
      timeouts: { request: "5s" },
    }),
  ),
  way(
    "any origin without credentials in an HTTPRoute",
    httpRoute({
      filters: [{ type: "CORS", cors: { allowOrigins: ["*"] } }],
      backendRefs: [{ name: "cart", port: 80 }],
      timeouts: { request: "5s" },
    }),
  ),
  way(
    "a mutating admission policy for other objects",
    admission("MutatingAdmissionPolicy", {
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: ["cert-manager.io"],
            apiVersions: ["v1"],
            operations: ["CREATE"],
            resources: ["certificates"],
          },
        ],
      },
    }),
  ),
  way(
    "a mutating admission policy for volume claims",
    admission("MutatingAdmissionPolicy", {
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: [""],
            apiVersions: ["v1"],
            operations: ["CREATE"],
            resources: ["persistentvolumeclaims"],
          },
        ],
      },
    }),
  ),
  way(
    "a validating admission policy for pods",
    admission("ValidatingAdmissionPolicy", { ...pods, validations: [{ expression: "true" }] }),
  ),
  way("the number of a proxy's threads", proxyConfig({ concurrency: 2 })),
  way(
    "a role for the reader of Istio's objects",
    typed("rbac.authorization.k8s.io/v1", "ClusterRole", "reader", {
      rules: [{ apiGroups: ["networking.istio.io"], resources: ["*"], verbs: ["get", "list", "watch"] }],
    }),
  ),
];
