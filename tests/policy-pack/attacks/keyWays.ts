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
  pod,
  to,
  type Tree,
  typed,
  virtualService,
} from "./object";

const ROOT = { namespace: "istio-system" };
const ofRoot = (spec: Tree, container: Tree = {}) =>
  object("Deployment", "web", { spec: { template: pod("web", {}, spec, container) } }, ROOT);
const secret = (name: string) => typed("v1", "Secret", name, { stringData: { key: "x" } }, ROOT);
const certificate = (spec: Tree, metadata: Tree = {}) =>
  typed(
    "cert-manager.io/v1",
    "Certificate",
    "web",
    { spec: { issuerRef: { name: "ca" }, ...spec } },
    metadata,
  );
const identities = (spiffeIDTemplate: string) =>
  typed("spire.spiffe.io/v1alpha1", "ClusterSPIFFEID", "web", { spec: { spiffeIDTemplate } });
const bundle = (name: string) =>
  typed("trust.cert-manager.io/v1alpha1", "Bundle", name, { spec: { sources: [{ inLine: "x" }] } });
const external = (name: string) =>
  typed("external-secrets.io/v1", "ExternalSecret", "x", { spec: { target: { name } } }, ROOT);

const kind = (plural: string, properties: Tree) =>
  typed("apiextensions.k8s.io/v1", "CustomResourceDefinition", `${plural}.security.istio.io`, {
    spec: {
      group: "security.istio.io",
      versions: [
        { name: "v1", schema: { openAPIV3Schema: { properties: { spec: { type: "object", properties } } } } },
      ],
    },
  });
const ofPeers = { selector: {}, mtls: {}, portLevelMtls: {} };
const ofRules = { selector: {}, targetRefs: {}, action: {} };

const chart = (values: Tree) => ({
  type: "kubernetes:helm.sh/v3:Release",
  name: "redis",
  props: { name: "redis", namespace: "shop", chart: "redis", version: "20.0.0", values },
});
const peers = (mode: string) => ({
  apiVersion: "security.istio.io/v1",
  kind: "PeerAuthentication",
  metadata: { name: "redis", namespace: "shop" },
  spec: { mtls: { mode } },
});
const text = (mode: string) =>
  `apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata:\n  name: x\nspec:\n  mtls:\n    mode: ${mode}\n`;
const kustomization = (patch: Tree) =>
  typed("kustomize.toolkit.fluxcd.io/v1", "Kustomization", "shop", { spec: { patches: [patch] } });
const rule = (fields: Tree) =>
  typed("kyverno.io/v1", "ClusterPolicy", "x", { spec: { rules: [{ name: "x", ...fields }] } });
const matching = (...kinds: string[]) => ({ any: [{ resources: { kinds } }] });
const mutate = { patchStrategicMerge: { metadata: { labels: { team: "shop" } } } };
const canary = (service: Tree) =>
  typed("flagger.app/v1beta1", "Canary", "cart", { spec: { service: { port: 80, ...service } } });
const credentials = (origin: Tree) => ({ corsPolicy: { allowOrigins: [origin], allowCredentials: true } });
const cors = (origin: Tree) => virtualService({ hosts: ["cart"], http: [to("cart", credentials(origin))] });

const ofGateway = (destination: Tree, protocol: Tree) =>
  virtualService(
    {
      hosts: ["x.example.com"],
      gateways: ["ingress/public"],
      [String(protocol.name)]: [{ ...(protocol.fields as Tree), route: [{ destination }] }],
    },
    ROOT,
  );
const xds = (number: number) => ({ host: "istiod.istio-system.svc.cluster.local", port: { number } });
const limits = destinationRule("istiod", { host: "istiod.istio-system.svc.cluster.local" }, {}, ROOT);
const HTTP = { name: "http", fields: { timeout: "5s", retries: { attempts: 0 } } };
const TCP = { name: "tcp", fields: {} };
const TLS = { name: "tls", fields: { match: [{ port: 15012, sniHosts: ["x.example.com"] }] } };
const backend = (port: number) =>
  gatewayApi(
    "HTTPRoute",
    "x",
    {
      parentRefs,
      hostnames: ["x.example.com"],
      rules: [{ backendRefs: [{ name: "istiod", port }], timeouts: { request: "5s" } }],
    },
    ROOT,
  );
const ingress = (name: string, number: number, metadata: Tree = ROOT) =>
  typed(
    "networking.k8s.io/v1",
    "Ingress",
    "x",
    {
      spec: {
        ingressClassName: "istio",
        tls: [{ hosts: ["x.example.com"], secretName: "x" }],
        rules: [
          {
            host: "x.example.com",
            http: { paths: [{ path: "/", backend: { service: { name, port: { number } } } }] },
          },
        ],
      },
    },
    metadata,
  );

const proxy = (targetHost: string) =>
  destinationRule(
    "proxy",
    { host: "proxy.example.com" },
    { tunnel: { protocol: "CONNECT", targetHost, targetPort: 443 } },
  );
const external443 = (host: string) =>
  entry({
    hosts: [host],
    resolution: "DNS",
    location: "MESH_EXTERNAL",
    ports: [{ number: 443, name: "tls", protocol: "TLS" }],
  });
const bank = object("Namespace", "bank", {}, { labels: { "istio-injection": "enabled" } });
const taken = (host: string, more: Tree = {}) =>
  entry({
    hosts: [host],
    resolution: "DNS",
    location: "MESH_EXTERNAL",
    ports: [{ number: 80, name: "http", protocol: "HTTP" }],
    endpoints: [{ address: "x.example.com" }],
    ...more,
  });
const tags = (tag: Tree) => object("Telemetry", "tags", { spec: { tracing: [{ customTags: { tag } }] } });
const header = (name: string) => ({ header: { name } });
const labels = (value: string) =>
  object("Telemetry", "labels", {
    spec: { metrics: [{ overrides: [{ tagOverrides: { user: { value } } }] }] },
  });

/** Ways past the pack by keys, schemas, tools that change objects later, ports of istiod, and other names of hosts. */
export const keyWays: readonly Case[] = [
  way("the values of the last release", istiod({}, {}, { reuseValues: true })),
  way(
    "istiod's mesh config in binary data",
    object("ConfigMap", "istio", { binaryData: { mesh: "e30=" } }, ROOT),
  ),
  way("the cluster from which istiod reads", secret("istio-kubeconfig")),
  way(
    "another list of revoked certificates",
    object("ConfigMap", "istio-ca-crl", { data: { "ca-crl.pem": "" } }),
  ),
  way("another root certificate by trust-manager", bundle("istio-ca-root-cert")),
  way("istiod's signing key from a store", external("istio-ca-secret")),
  way(
    "istiod's signing key in a certificate",
    certificate({ secretName: "istio-ca-secret", isCA: true }, ROOT),
  ),
  way(
    "istiod's signing key in a sealed Secret",
    typed("bitnami.com/v1alpha1", "SealedSecret", "istio-ca-secret", { spec: {} }, ROOT),
  ),
  way(
    "a pod with istiod's signing key in a volume",
    ofRoot({ volumes: [{ name: "k", secret: { secretName: "istio-ca-secret" } }] }),
  ),
  way(
    "a pod with the CA's key in a projected volume",
    ofRoot({ volumes: [{ name: "k", projected: { sources: [{ secret: { name: "cacerts" } }] } }] }),
  ),
  way(
    "a pod with istiod's signing key in a variable",
    ofRoot({}, { env: [{ name: "K", valueFrom: { secretKeyRef: { name: "istio-ca-secret", key: "k" } } }] }),
  ),
  way(
    "a pod with the CA's key in its environment",
    ofRoot({}, { envFrom: [{ secretRef: { name: "cacerts" } }] }),
  ),
  way(
    "a copy of the CA's key in a store",
    typed(
      "external-secrets.io/v1alpha1",
      "PushSecret",
      "x",
      { spec: { selector: { secret: { name: "cacerts" } } } },
      ROOT,
    ),
  ),
  way(
    "an issuer with the CA's key",
    typed("cert-manager.io/v1", "Issuer", "x", { spec: { ca: { secretName: "cacerts" } } }, ROOT),
  ),
  way(
    "a certificate of another namespace's identity",
    certificate({ secretName: "web", uris: ["spiffe://cluster.local/ns/bank/sa/pay"] }),
  ),
  way("an identity of SPIRE of another namespace", identities("spiffe://cluster.local/ns/bank/sa/pay")),
  way("a schema without mutual TLS", kind("peerauthentications", { selector: {} })),
  way("a schema without rules", kind("authorizationpolicies", ofRules)),
  way(
    "a schema with a rule for all",
    kind("authorizationpolicies", { ...ofRules, rules: { default: [{}] } }),
  ),
  way(
    "a schema with a default mode",
    kind("peerauthentications", { ...ofPeers, mtls: { properties: { mode: { default: "PERMISSIVE" } } } }),
  ),
  way(
    "no sidecar by values of any chart",
    chart({ master: { podLabels: { "sidecar.istio.io/inject": "false" } } }),
  ),
  way(
    "another bootstrap by values of any chart",
    chart({ podAnnotations: { "sidecar.istio.io/bootstrapOverride": "x" } }),
  ),
  way(
    "another control plane by values of any chart",
    chart({ podAnnotations: { "proxy.istio.io/config": "discoveryAddress: x.example.com:15012" } }),
  ),
  way(
    "ports past the sidecar by values of any chart",
    chart({ podAnnotations: { "traffic.sidecar.istio.io/excludeOutboundPorts": "443" } }),
  ),
  way("DISABLE in values of any chart", chart({ extraDeploy: [peers("DISABLE")] })),
  way("DISABLE as a text in values of any chart", chart({ extraDeploy: [text("DISABLE")] })),
  way("DISABLE in a patch of Flux", kustomization({ patch: text("DISABLE") })),
  way(
    "a patch of Flux for mutual TLS",
    kustomization({ target: { kind: "PeerAuthentication" }, patch: "[]" }),
  ),
  way("a policy of Kyverno that changes mutual TLS", rule({ match: matching("PeerAuthentication"), mutate })),
  way(
    "a policy of Kyverno that changes a group",
    rule({ match: matching("security.istio.io/v1/*"), mutate }),
  ),
  way(
    "a policy of Kyverno that changes existing objects",
    rule({
      match: matching("ConfigMap"),
      mutate: { targets: [{ kind: "AuthorizationPolicy", name: "default-deny" }] },
    }),
  ),
  way(
    "a policy of Kyverno by expressions",
    typed("policies.kyverno.io/v1", "MutatingPolicy", "x", {
      spec: { matchConstraints: { resourceRules: [{ apiGroups: ["security.istio.io"], resources: ["*"] }] } },
    }),
  ),
  way(
    "a policy of Kyverno that deletes policies",
    typed("kyverno.io/v2", "ClusterCleanupPolicy", "x", { spec: { match: matching("AuthorizationPolicy") } }),
  ),
  way(
    "a mode that Gatekeeper sets",
    typed("mutations.gatekeeper.sh/v1", "Assign", "x", {
      spec: {
        applyTo: [{ groups: ["networking.istio.io"], kinds: ["DestinationRule"] }],
        location: "spec.trafficPolicy.tls.mode",
      },
    }),
  ),
  way("DISABLE by Flagger", canary({ trafficPolicy: { tls: { mode: "DISABLE" } } })),
  way("any origin with credentials by Flagger", canary(credentials({ regex: ".*" }))),
  way("origins that begin with a name", cors({ prefix: "https://shop.example.com" })),
  way("origins with any letter in place of a dot", cors({ regex: "https://shop.example\\.com" })),
  way("origins whose domain ends with a name", cors({ regex: "https://.*example\\.com" })),
  way("origins that continue after a name", cors({ regex: "https://(www|shop)\\.example\\.com.*" })),
  way("another network of a pod by Multus", annotated({ "v1.multus-cni.io/default-network": "shop/other" })),
  way(
    "the Service of a Gateway for other pods",
    object("ConfigMap", "gateway", { data: { service: "spec:\n  selector:\n    app: x\n" } }),
  ),
  way("istiod's configuration behind a gateway", limits, ofGateway(xds(15010), HTTP)),
  way("istiod's metrics behind a gateway for connections", limits, ofGateway(xds(15014), TCP)),
  way("istiod's metrics behind an HTTPRoute", backend(15014)),
  way("istiod's metrics behind an Ingress", ingress("istiod", 15014)),
  way("an undeclared host behind a forward proxy", external443("proxy.example.com"), proxy("x.example.com")),
  way("another namespace's host without its domain", bank, taken("pay.bank")),
  way("another namespace's host of several clusters", taken("pay.bank.svc.clusterset.local")),
  way(
    "a route of another namespace's host without its domain",
    bank,
    virtualService({ hosts: ["pay.bank"], http: [to("cart")] }),
  ),
  way("credentials in traces", tags(header("Authorization"))),
  way("cookies in traces by a format", tags({ formatter: "%REQ(COOKIE)%" })),
  way("credentials in metrics", labels("request.headers['authorization']")),
  way(
    "credentials in traces of a pod",
    annotated({ "proxy.istio.io/config": "tracing: {customTags: {a: {header: {name: authorization}}}}" }),
  ),
  way(
    "credentials in traces of the mesh",
    istiod({}, { defaultConfig: { tracing: { customTags: { a: header("cookie") } } } }),
  ),
];

/** Programs beside these ways that pass the pack. */
export const keyPrograms: readonly Case[] = [
  way("a release with its own values", istiod({}, {}, { reuseValues: false, skipCrds: true })),
  way("a ConfigMap with binary data", object("ConfigMap", "logos", { binaryData: { mesh: "e30=" } }, ROOT)),
  way("an organization's CA by cert-manager", certificate({ secretName: "cacerts", isCA: true }, ROOT)),
  way("an organization's CA from a store", external("cacerts")),
  way("a certificate of a gateway", certificate({ secretName: "shop-tls", dnsNames: ["shop.example.com"] })),
  way(
    "a certificate of the own namespace's identity",
    certificate({ secretName: "web", uris: ["spiffe://cluster.local/ns/shop/sa/web"] }),
  ),
  way(
    "identities of SPIRE by a template",
    identities(
      "spiffe://{{ .TrustDomain }}/ns/{{ .PodMeta.Namespace }}/sa/{{ .PodSpec.ServiceAccountName }}",
    ),
  ),
  way("certificates of another project by trust-manager", bundle("company-ca")),
  way(
    "a trust store of an application with the name of the CA's Secret",
    object("Deployment", "cart", {
      spec: { template: pod("cart", {}, { volumes: [{ name: "ca", secret: { secretName: "cacerts" } }] }) },
    }),
  ),
  way("Istio's schema of mutual TLS", kind("peerauthentications", ofPeers)),
  way(
    "Istio's schema of rules",
    kind("authorizationpolicies", {
      ...ofRules,
      rules: { items: { properties: { default: { type: "string" } } } },
    }),
  ),
  way(
    "values of any chart",
    chart({
      podAnnotations: { "prometheus.io/scrape": "true" },
      service: { annotations: { "networking.istio.io/exportTo": "." } },
    }),
  ),
  way("STRICT in values of any chart", chart({ extraDeploy: [peers("STRICT"), text("STRICT")] })),
  way("a patch of Flux for an application", kustomization({ target: { kind: "Deployment" }, patch: "[]" })),
  way("a policy of Kyverno that changes pods' labels", rule({ match: matching("Pod"), mutate })),
  way(
    "a policy of Kyverno that validates mutual TLS",
    rule({ match: matching("PeerAuthentication"), validate: { message: "x", pattern: {} } }),
  ),
  way(
    "mutual TLS by Flagger",
    canary({
      trafficPolicy: { tls: { mode: "ISTIO_MUTUAL" } },
      ...credentials({ exact: "https://shop.example.com" }),
    }),
  ),
  way("origins that begin with a whole name", cors({ prefix: "https://shop.example.com:" })),
  way("origins of a domain", cors({ regex: "https://(.*\\.)?example\\.com(:[0-9]+)?" })),
  way("a network beside that of a pod", annotated({ "k8s.v1.cni.cncf.io/networks": "shop/storage" })),
  way(
    "the type of a Gateway's Service",
    object("ConfigMap", "gateway", { data: { service: "spec:\n  type: ClusterIP\n" } }),
  ),
  way("istiod for another cluster", limits, ofGateway(xds(15012), TLS)),
  way("an Ingress of a shop", ingress("cart", 80, {})),
  way(
    "a declared host behind a forward proxy",
    external443("proxy.example.com"),
    object("ServiceEntry", "pay", external443("pay.example.com").props),
    proxy("pay.example.com"),
  ),
  way("an own Service of several clusters", taken("pay.shop.svc.clusterset.local")),
  way("another namespace's host for the own namespace", bank, taken("pay.bank", { exportTo: ["."] })),
  way("a tenant in traces", tags(header("x-tenant"))),
  way("a path in metrics", labels("request.url_path")),
];
