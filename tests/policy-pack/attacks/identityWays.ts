import {
  allowing,
  annotated,
  type Case,
  caseOf as way,
  destinationRule,
  entry,
  from,
  gatewayApi,
  istiod,
  object,
  pod,
  release,
  type Tree,
  typed,
  when,
  workload,
} from "./object";

const spiffe = (account: string, domain = "cluster.local") =>
  `spiffe://${domain}/ns/${account.replace("/", "/sa/")}`;
const verified = (tls: Tree) => destinationRule("cart", {}, { tls: { mode: "ISTIO_MUTUAL", ...tls } });
const names = (...subjectAltNames: string[]) => verified({ subjectAltNames });
const acceptedBy = (accounts: string) =>
  object(
    "Service",
    "cart",
    { spec: { selector: { app: "cart" }, ports: [{ name: "http", port: 80 }] } },
    { annotations: { "alpha.istio.io/canonical-serviceaccounts": accounts } },
  );
const machine = (account: string) =>
  entry({
    hosts: ["vm.shop.internal"],
    location: "MESH_INTERNAL",
    resolution: "STATIC",
    ports: [{ number: 80, name: "http", protocol: "HTTP" }],
    endpoints: [{ address: "10.4.0.7" }],
    subjectAltNames: [spiffe(account)],
  });
const running = (serviceAccountName: string, namespace = "shop", kind = "Deployment") => {
  const template = pod("web", {}, { serviceAccountName });
  const spec = kind === "CronJob" ? { jobTemplate: { spec: { template } } } : { template };
  return object(kind, "web", { spec }, { namespace });
};
const publicGateway = release("gateway", {}, { name: "public", namespace: "shop" });
const managed = (gatewayClassName: string) =>
  gatewayApi("Gateway", "public", { gatewayClassName, listeners: [] });
const tokenOf = (account: string, namespace: string) =>
  typed(
    "v1",
    "Secret",
    "token",
    { type: "kubernetes.io/service-account-token" },
    { namespace, annotations: { "kubernetes.io/service-account.name": account } },
  );
const workflow = (serviceAccountName: string) =>
  typed(
    "argoproj.io/v1alpha1",
    "Workflow",
    "report",
    { spec: { serviceAccountName } },
    { namespace: "istio-system" },
  );
const mounting = (name: string) =>
  workload("web", {}, {}, { container: { volumeMounts: [{ name, mountPath: "/mnt/volume" }] } });
const proxied = (config: string) => annotated({ "proxy.istio.io/config": config });
const gatewayPod = (config: string) =>
  workload(
    "gateway",
    { annotations: { "inject.istio.io/templates": "gateway", "proxy.istio.io/config": config } },
    { containers: [{ name: "istio-proxy", image: "auto" }] },
  );
const blocks = (...ipBlocks: string[]) => allowing(from({ ipBlocks }));
const claim = (name: string, ...values: string[]) => allowing(when(`request.auth.claims[${name}]`, values));

/** Ways past the pack by an identity that is another one's: of a server, a pod, a user or a client's address. */
export const identityWays: readonly Case[] = [
  way(
    "callers that accept another server by an annotation of the Service",
    acceptedBy("spiffe://cluster.local/ns/shop/sa/cart, spiffe://cluster.local/ns/other/sa/other"),
  ),
  way("callers that accept a server of another namespace", names(spiffe("other/cart"))),
  way(
    "callers that also accept a server of another namespace",
    names(spiffe("shop/default"), spiffe("other/x")),
  ),
  way("callers that accept another server of the namespace", names(spiffe("shop/evil"))),
  way(
    "callers that accept another trust domain",
    istiod(),
    names(spiffe("shop/default", "other.example.com")),
  ),
  way("callers that accept a name without an identity of the mesh", names("cart.example.com")),
  way(
    "a subset whose callers accept another server",
    destinationRule("cart", {
      subsets: [
        {
          name: "v1",
          trafficPolicy: { tls: { mode: "ISTIO_MUTUAL", subjectAltNames: [spiffe("other/x")] } },
        },
      ],
    }),
  ),
  way(
    "a gateway between clusters leads to another service",
    verified({ sni: "outbound_.80_._.pay.bank.svc.cluster.local" }),
  ),
  way("a machine of the mesh with an identity of another namespace", machine("other/x")),
  way("a pod with istiod's service account", running("istiod", "istio-system")),
  way("a pod with the service account of istiod's revision", running("istiod-canary", "istio-system")),
  way("a job with istiod's service account", running("istiod", "istio-system", "CronJob")),
  way("a pod with the reader's service account", running("istio-reader-service-account", "istio-system")),
  way("a pod with ztunnel's service account", running("ztunnel", "istio-system")),
  way("a pod with the service account of Istio's CNI plugin", running("istio-cni", "istio-system")),
  way(
    "a pod with the service account of the root namespace's gateway",
    running("istio-ingressgateway", "istio-system"),
  ),
  way("a pod with the service account of a gateway's release", publicGateway, running("public")),
  way(
    "a pod with the service account that a gateway's release names",
    release("gateway", { serviceAccount: { name: "edge" } }, { name: "public", namespace: "shop" }),
    running("edge"),
  ),
  way("a pod with the service account of a Gateway", managed("istio"), running("public-istio")),
  way("a pod with the service account of a waypoint", managed("istio-waypoint"), running("public")),
  way(
    "a gateway's release with istiod's service account",
    release("gateway", { serviceAccount: { name: "istiod" } }, { name: "public" }),
  ),
  way("a workflow with istiod's service account", workflow("istiod")),
  way("a token of istiod's service account", tokenOf("istiod", "istio-system")),
  way("a token of a gateway's service account", publicGateway, tokenOf("public", "shop")),
  way(
    "an application that shares the processes of its proxy",
    workload("web", {}, { shareProcessNamespace: true }),
  ),
  ...[
    "workload-socket",
    "credential-socket",
    "workload-certs",
    "istio-envoy",
    "istio-data",
    "istio-token",
  ].map((volume) => way(`an application that mounts the proxy's volume ${volume}`, mounting(volume))),
  way("any issuer", claim("iss", "*")),
  way("any issuer among others", claim("iss", "https://i.example.com", "*")),
  way("any issuer by the beginning of a URL", claim("iss", "https://*")),
  way("any issuer by the end of a URL", claim("iss", "*m")),
  way("any user", claim("sub", "*")),
  way("any audience", allowing(when("request.auth.audiences", ["*"]))),
  way("any token that expires", claim("exp", "*")),
  way("addresses that a sidecar's clients state", proxied("gatewayTopology: {numTrustedProxies: 2}")),
  way(
    "addresses that a sidecar's clients state by another protocol",
    proxied("gatewayTopology: {proxyProtocol: {}}"),
  ),
  way("every IPv4 address as IPv6", blocks("::ffff:0.0.0.0/96")),
  way("half of IPv4 as IPv6", blocks("::ffff:0:0/97")),
  way("every IPv4 address by NAT64", allowing(from({ remoteIpBlocks: ["64:ff9b::/96"] }))),
  way("every IPv4 address by 6to4", allowing(when("source.ip", ["2002::/16"]))),
  way(
    "every IPv4 address as an external host",
    entry({
      hosts: ["a.example.com"],
      resolution: "NONE",
      addresses: ["::ffff:0:0/96"],
      ports: [{ number: 5000, name: "tcp", protocol: "TCP" }],
    }),
  ),
];

/** Programs beside these ways that pass the pack. */
export const identityPrograms: readonly Case[] = [
  way(
    "callers that accept another service account of the Service's namespace",
    acceptedBy("spiffe://cluster.local/ns/shop/sa/cart-on-machines"),
  ),
  way("callers that accept the service account of the pods", names(spiffe("shop/default"))),
  way(
    "callers of a service of another stack",
    destinationRule(
      "cart",
      { host: "pay.bank.svc.cluster.local" },
      {
        tls: { mode: "ISTIO_MUTUAL", subjectAltNames: [spiffe("bank/pay")] },
      },
    ),
  ),
  way("the name of the host in TLS", verified({ sni: "outbound_.80_._.cart.shop.svc.cluster.local" })),
  way(
    "an external host with another name in its certificate",
    entry({
      hosts: ["pay.example.com"],
      location: "MESH_EXTERNAL",
      resolution: "DNS",
      ports: [{ number: 443, name: "tls", protocol: "TLS" }],
      subjectAltNames: ["pay.example.net"],
    }),
  ),
  way("a machine of the mesh with its identity", machine("shop/vm")),
  way("a pod with a service account of its own", running("web")),
  way("a pod with the name of istiod's account elsewhere", running("istiod")),
  way("a pod beside a gateway", publicGateway, running("public-site")),
  way("a gateway with its own service account", release("gateway", {}, { name: "istio-ingressgateway" })),
  way("a workflow with a service account of its own", workflow("report")),
  way("a token of a program for CI", tokenOf("ci", "shop")),
  way(
    "a gateway of proxies that share processes",
    workload(
      "gateway",
      { annotations: { "inject.istio.io/templates": "gateway" } },
      { shareProcessNamespace: true, containers: [{ name: "istio-proxy", image: "auto" }] },
    ),
  ),
  way("an application with a volume of its own", mounting("cache")),
  way("users of one issuer", claim("iss", "https://i.example.com")),
  way("issuers of one domain", claim("iss", "https://login.example.com/*")),
  way("users with a role", claim("role", "*")),
  way(
    "callers with any token",
    allowing({
      ...from({ principals: ["cluster.local/ns/shop/sa/web"] }),
      ...when("request.auth.claims[iss]", ["*"]),
    }),
  ),
  way("proxies in front of a gateway's pods", gatewayPod("gatewayTopology: {numTrustedProxies: 2}")),
  way("a private network as IPv6", blocks("::ffff:10.0.0.0/104", "64:ff9b::a00:0/104")),
];
