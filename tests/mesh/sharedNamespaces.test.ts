import { expect } from "chai";
import type { MeshDefinition } from "../../catalog";
import type { Manifest } from "../../mesh";
import { find, http, metadata, render } from "./render";

const jwtRules = [
  { issuer: "https://auth.example.com", jwksUri: "https://auth.example.com/jwks.json" },
] as const;

/** A catalog in a namespace that another catalog owns, and in one of its own. */
const shop: MeshDefinition = {
  name: "shop",
  namespace: "common",
  sharedNamespaces: ["common"],
  revision: "1-31-0",
  services: {
    web: {
      ports: { http },
      workload: { image: "web:1" },
      calls: { cart: { endUser: {} }, bank: {}, mail: {} },
    },
    cart: { ports: { http }, mtls: { mode: "STRICT" } },
    stock: { namespace: "warehouse", ports: { http }, workload: { image: "stock:1" } },
  },
  externalServices: {
    bank: { host: "bank.example.com", ports: { https: { port: 443, protocol: "tls" } } },
    mail: {
      host: "mail.example.com",
      ports: { http: { port: 80, targetPort: 443, protocol: "http" } },
      tls: { mode: "SIMPLE" },
      egressGateway: true,
    },
  },
  gateways: {
    public: {
      hosts: {
        "shop.example.com": {
          tls: { credentialName: "shop" },
          routes: [{ prefix: "/", service: "web" }],
        },
      },
    },
  },
  jwtRules,
  telemetry: { metrics: { provider: "prometheus" }, accessLogging: { provider: "envoy" } },
  networkPolicies: {},
};
const without = (...fields: (keyof MeshDefinition)[]): MeshDefinition =>
  Object.fromEntries(
    Object.entries(shop).filter(([field]) => !(fields as string[]).includes(field)),
  ) as unknown as MeshDefinition;
let objects: Manifest[];
const inCommon = (object: Manifest): boolean => object.metadata.namespace === "common";
const inShared = (name: string, from: string): Manifest["metadata"] => ({
  ...metadata(name, from),
  namespace: "common",
});

describe("a namespace that the catalog does not own", () => {
  beforeEach(() => {
    objects = render(shop);
  });

  it("has no Namespace, and nothing that applies to pods of others", () => {
    expect(
      objects.filter(({ kind }) => kind === "Namespace").map(({ metadata: { name } }) => name),
    ).to.deep.equal(["warehouse"]);
    const kinds = [
      "AuthorizationPolicy",
      "NetworkPolicy",
      "PeerAuthentication",
      "RequestAuthentication",
      "Sidecar",
      "Telemetry",
    ];
    const guards = objects.filter((object) => inCommon(object) && kinds.includes(object.kind));
    expect(new Set(guards.map(({ kind }) => kind))).to.have.all.keys(kinds);
    for (const {
      kind,
      metadata: { name },
      spec,
    } of guards) {
      expect(name, kind).to.be.oneOf(["web", "cart"]);
      const { selector, workloadSelector, podSelector } = spec as Record<string, Record<string, unknown>>;
      const labels = selector?.matchLabels ?? workloadSelector?.labels ?? podSelector?.matchLabels;
      expect(labels, `${kind} ${name}`).to.deep.equal({ app: name });
    }
  });

  it("has what its owner's namespace would have, in one of its own", () => {
    const all = objects.filter(({ metadata: { namespace } }) => namespace === "warehouse");
    const names = (kind: string): string[] =>
      all.filter((object) => object.kind === kind).map(({ metadata: { name } }) => name);
    expect(names("AuthorizationPolicy")).to.deep.equal(["default-deny"]);
    expect(names("PeerAuthentication")).to.deep.equal(["default"]);
    expect(names("NetworkPolicy")).to.deep.equal(["allow-istio", "default-deny", "stock"]);
    expect(names("Telemetry")).to.deep.equal(["default"]);
  });

  it("denies requests to each service that no caller has, by a policy without rules", () => {
    const closed = without("gateways");
    expect(find(render(closed), "AuthorizationPolicy", "web")).to.deep.equal({
      apiVersion: "security.istio.io/v1",
      kind: "AuthorizationPolicy",
      metadata: inShared("web", "services.web"),
      spec: { selector: { matchLabels: { app: "web" } }, action: "ALLOW" },
    });
    expect(find(objects, "AuthorizationPolicy", "web").spec)
      .to.have.property("rules")
      .with.length(1);
  });

  it("accepts only mutual TLS at each service", () => {
    expect(find(objects, "PeerAuthentication", "web")).to.deep.equal({
      apiVersion: "security.istio.io/v1",
      kind: "PeerAuthentication",
      metadata: inShared("web", "services.web"),
      spec: { selector: { matchLabels: { app: "web" } }, mtls: { mode: "STRICT" } },
    });
    expect(find(objects, "PeerAuthentication", "cart").metadata).to.deep.equal(
      inShared("cart", "services.cart.mtls"),
    );
  });

  it("knows tokens at those services only that ask for one", () => {
    const found = objects.filter(({ kind }) => kind === "RequestAuthentication");
    expect(found).to.deep.equal([
      {
        apiVersion: "security.istio.io/v1",
        kind: "RequestAuthentication",
        metadata: inShared("cart", "jwtRules"),
        spec: {
          selector: { matchLabels: { app: "cart" } },
          jwtRules: [{ ...jwtRules[0], forwardOriginalToken: true }],
        },
      },
    ]);
  });

  it("reports what the catalog says, merged with what a service says", () => {
    const { cart, ...others } = shop.services;
    const own = render({
      ...shop,
      services: {
        ...others,
        cart: { ports: { http }, ...cart, telemetry: { accessLogging: { disabled: true } } },
      },
    });
    expect(find(own, "Telemetry", "web")).to.deep.include({
      metadata: inShared("web", "telemetry"),
      spec: {
        selector: { matchLabels: { app: "web" } },
        metrics: [{ providers: [{ name: "prometheus" }] }],
        accessLogging: [{ providers: [{ name: "envoy" }] }],
      },
    });
    expect(find(own, "Telemetry", "cart")).to.deep.include({
      metadata: inShared("cart", "services.cart.telemetry"),
      spec: {
        selector: { matchLabels: { app: "cart" } },
        metrics: [{ providers: [{ name: "prometheus" }] }],
        accessLogging: [{ providers: [{ name: "envoy" }], disabled: true }],
      },
    });
  });

  it("lets each service's packets through that Istio needs, and those of its calls", () => {
    const namespace = (name: string): object => ({
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
    });
    const tcp = (...ports: number[]): object[] => ports.map((port) => ({ protocol: "TCP", port }));
    expect(find(objects, "NetworkPolicy", "cart").spec).to.deep.equal({
      podSelector: { matchLabels: { app: "cart" } },
      policyTypes: ["Ingress", "Egress"],
      ingress: [
        { ports: tcp(15021) },
        { from: [namespace("monitoring")], ports: tcp(15020, 15090) },
        {
          from: [{ ...namespace("common"), podSelector: { matchLabels: { app: "web" } } }],
          ports: tcp(8080),
        },
      ],
      egress: [
        { to: [namespace("kube-system")], ports: [{ protocol: "UDP", port: 53 }, ...tcp(53)] },
        {
          to: [{ ...namespace("istio-system"), podSelector: { matchLabels: { app: "istiod" } } }],
          ports: tcp(15012),
        },
      ],
    });
  });

  it("has pods that join the mesh by themselves, by the catalog's revision", () => {
    const labels = (name: string): unknown =>
      (find(objects, "Deployment", name).spec as { template: { metadata: { labels: unknown } } }).template
        .metadata.labels;
    expect(labels("web")).to.deep.equal({
      app: "web",
      "istio.io/rev": "1-31-0",
      "sidecar.istio.io/inject": "true",
      version: "v1",
    });
    expect(labels("stock")).to.deep.equal({ app: "stock", version: "v1" });
    const plain = without("revision");
    const web = find(render(plain), "Deployment", "web").spec as {
      selector: unknown;
      template: { metadata: { labels: unknown } };
    };
    expect(web.template.metadata.labels).to.deep.equal({
      app: "web",
      "sidecar.istio.io/inject": "true",
      version: "v1",
    });
    expect(web.selector).to.deep.equal({ matchLabels: { app: "web", version: "v1" } });
  });

  it("names what is no service's after the catalog, so that no other catalog has the same object", () => {
    const named = objects.filter(
      (object) =>
        inCommon(object) &&
        ["DestinationRule", "Gateway", "ServiceEntry", "VirtualService"].includes(object.kind),
    );
    expect(named.map(({ kind, metadata: { name } }) => `${kind} ${name}`)).to.deep.equal([
      "DestinationRule bank-shop",
      "DestinationRule cart",
      "DestinationRule mail-shop",
      "DestinationRule web",
      "Gateway istio-egress-shop",
      "Gateway public-shop",
      "ServiceEntry bank-shop",
      "ServiceEntry mail-shop",
      "VirtualService cart",
      "VirtualService mail-shop",
      "VirtualService shop.example.com-shop",
      "VirtualService web",
    ]);
    expect(find(objects, "VirtualService", "shop.example.com-shop").spec).to.deep.include({
      gateways: ["public-shop"],
    });
    expect(find(objects, "VirtualService", "mail-shop").spec).to.deep.include({
      gateways: ["mesh", "common/istio-egress-shop"],
    });
  });

  for (const namespace of ["default", "kube-apps"]) {
    it(`is ${namespace}, whatever the catalog says`, () => {
      const found = render({ name: "shop", namespace, services: { web: { ports: { http } } } });
      expect(found.map(({ kind, metadata: { name } }) => `${kind} ${name}`)).to.deep.equal([
        "AuthorizationPolicy web",
        "DestinationRule web",
        "PeerAuthentication web",
        "Sidecar web",
        "VirtualService web",
      ]);
    });
  }

  for (const namespace of ["istio-system", "istio-ingress", "istio-egress"]) {
    it(`is ${namespace}, where a catalog may have its Gateways`, () => {
      const services = { web: { namespace: "shop", ports: { http } } };
      const found = render({
        name: "shop",
        namespace,
        services,
        ...(shop.gateways && { gateways: shop.gateways }),
      });
      const there = found.filter((object) => object.metadata.namespace === namespace);
      expect(there.map(({ kind, metadata: { name } }) => `${kind} ${name}`)).to.deep.equal([
        "Gateway public-shop",
        "VirtualService shop.example.com-shop",
      ]);
    });
  }

  it("shares no object with a catalog that owns the namespace, nor with another that doesn't", () => {
    const open = without("jwtRules");
    const one = (name: string, service: string, more: Partial<MeshDefinition>): string[] =>
      render({
        ...open,
        ...more,
        name,
        services: {
          [service]: { ports: { http }, workload: { image: "app:1" }, calls: { bank: {}, mail: {} } },
        },
        gateways: {
          public: {
            hosts: {
              [`${name}.example.com`]: {
                tls: { credentialName: name },
                routes: [{ prefix: "/", service }],
              },
            },
          },
        },
      }).map(({ kind, metadata: { name: own, namespace = "" } }) => `${kind} ${namespace}/${own}`);
    const owner = without("jwtRules", "sharedNamespaces");
    const all = [
      ...render({
        ...owner,
        services: { web: { ports: { http }, calls: { bank: {}, mail: {} } } },
        gateways: {},
      }).map(({ kind, metadata: { name, namespace = "" } }) => `${kind} ${namespace}/${name}`),
      ...one("orders", "list", {}),
      ...one("search", "index", {}),
    ];
    expect(all.filter((name, i) => all.indexOf(name) !== i)).to.deep.equal([]);
  });
});
