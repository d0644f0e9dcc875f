import { expect } from "chai";
import { audited, codesOf, said } from "./audited";
import {
  deployment,
  documents,
  gateway,
  meshNamespace,
  policy,
  route,
  routes,
  service,
  strict,
} from "../../../cli/audit/rules/examples";

const virtualService = (host: string, extra = ""): string =>
  `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: web, namespace: shop }
spec:
  hosts: [web.example.com]
  gateways: [mesh]
  http: [{ route: [{ destination: { host: ${host}${extra} } }] }]
`;
const entry = `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: pay, namespace: shop }
spec: { hosts: [pay.example.com], ports: [{ number: 443, name: tls, protocol: TLS }], resolution: DNS }
`;

describe("cli/audit: references", () => {
  it("are judged if objects of the kind and the namespace are there, and said to be open otherwise", () => {
    const missing =
      "VirtualService shop/web 14: No Service and no ServiceEntry among the objects has the host cart.shop.svc.cluster.local, so the proxy answers requests on this route with 503.";
    expect(said(audited(documents(service("web"), virtualService("cart"))), "MW923")).to.deep.equal([
      missing,
    ]);
    const other = audited(documents(service("web"), virtualService("cart.bank.svc.cluster.local")));
    expect(codesOf(other)).to.deep.equal(["MW939"]);
    expect(said(other, "MW939")).to.include.members([
      "Services of the namespace bank may be missing among the objects, so routes to them are not judged. This concerns VirtualService shop/web.",
    ]);
    expect(said(audited(documents(service("cart"), virtualService("cart"))), "MW923")).to.deep.equal([]);
  });

  it("of a cluster are always judged", () => {
    for (const host of ["cart.bank.svc.cluster.local", "example.com"]) {
      const found = said(audited(virtualService(host), { complete: true }), "MW923");
      expect(found).to.deep.equal([
        `VirtualService shop/web 7: No Service and no ServiceEntry has the host ${host}, so the proxy answers requests on this route with 503.`,
      ]);
    }
  });

  it("name the full host if a short one has a dot, and the ports if one is missing", () => {
    expect(said(audited(documents(service("cart"), virtualService("cart.shop"))), "MW923").join()).to.contain(
      "The host cart.shop has a dot, so Istio does not complete it",
    );
    const port = audited(documents(service("cart"), virtualService("cart", ", port: { number: 80 }")));
    expect(said(port, "MW923").join()).to.contain("The host cart.shop.svc.cluster.local has no port 80");
    expect(port.findings.find(({ code }) => code === "MW923")?.fix).to.equal("Name one of its ports: 8080");
    expect(codesOf(audited(documents(entry, virtualService("pay.example.com"))))).to.deep.equal([]);
  });

  it("to what Helm charts install are open: in the root namespace, and in those of releases", () => {
    const release = "release: grafana\nchart: grafana\nnamespace: shop\nversion: 1.0.0\nvalues: {}\n";
    expect(codesOf(audited(documents(release, service("web"), virtualService("grafana"))))).to.deep.equal([
      "MW939",
    ]);
    const root = service("web").replace("namespace: shop", "namespace: istio-system");
    const toIstiod = virtualService("istiod.istio-system.svc.cluster.local");
    expect(codesOf(audited(documents(root, toIstiod)))).to.deep.equal(["MW939"]);
  });

  it("to Gateways of another namespace are open without its Gateways, and judged with them", () => {
    const bound = route("shop.example.com", "edge/public");
    expect(codesOf(audited(bound))).to.deep.equal(["MW939"]);
    const others = gateway(
      "{ port: { number: 80, name: http, protocol: HTTP }, hosts: ['*/shop.example.com'], tls: { httpsRedirect: true } }",
    );
    const inEdge = others.replace("name: public, namespace: shop", "name: private, namespace: edge");
    expect(said(audited(documents(bound, inEdge)), "MW922")).to.deep.equal([
      "VirtualService shop/web 6: There is no Gateway edge/public among the objects, so the VirtualService has no effect there.",
    ]);
    const right = inEdge.replace("private", "public");
    expect(said(audited(documents(bound, right)), "MW922")).to.deep.equal([]);
    expect(said(audited(documents(bound, right.replace("*/shop", "bank/shop"))), "MW931")).to.have.length(1);
    expect(said(audited(documents(bound, right)), "MW931")).to.deep.equal([]);
  });

  it("of policies in the root namespace select pods of every namespace, which files may lack", () => {
    const deny = policy("absent", "action: DENY").replace("namespace: shop", "namespace: istio-system");
    expect(said(audited(documents(meshNamespace, deployment("web"), deny)), "MW926")).to.deep.equal([]);
    expect(
      said(audited(documents(meshNamespace, deployment("web"), deny), { complete: true }), "MW926"),
    ).to.have.length(1);
    const selecting = deny.replaceAll("absent", "web");
    expect(
      said(audited(documents(meshNamespace, deployment("web"), selecting), { complete: true }), "MW926"),
    ).to.deep.equal([]);
  });
});

describe("cli/audit: conflicts", () => {
  const other = route("web", "mesh", "web-2");

  it("of a host need a namespace that sees both", () => {
    expect(said(audited(documents(service("web"), route("web", "mesh"), other)), "MW927")).to.have.length(1);
    const local = (text: string, namespace: string): string =>
      text.replace("spec:", `spec:\n  exportTo: [${namespace}]`);
    expect(
      said(audited(documents(service("web"), local(route("web", "mesh"), "a"), local(other, "b"))), "MW927"),
    ).to.deep.equal([]);
  });

  it("are those of Sidecars, traffic policies, subsets and TLS servers, too", () => {
    const rule = (name: string, spec: string): string =>
      `apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: { name: ${name}, namespace: shop }\nspec: { host: web, ${spec} }\n`;
    const pool = "trafficPolicy: { connectionPool: { tcp: { maxConnections: 10 } } }";
    const subset = "subsets: [{ name: v1, labels: { version: v1 } }]";
    const sidecar = (name: string): string =>
      `apiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: { name: ${name}, namespace: shop }\nspec: { egress: [{ hosts: ["./*"] }] }\n`;
    const server =
      "{ port: { number: 443, name: https, protocol: HTTPS }, hosts: [shop.example.com], tls: { mode: SIMPLE, credentialName: one } }";
    for (const [one, two] of [
      [rule("a", pool), rule("b", pool)],
      [rule("a", subset), rule("b", subset)],
      [sidecar("a"), sidecar("b")],
      [gateway(server), gateway(server).replace("name: public", "name: other")],
    ] as const) {
      expect(said(audited(documents(one, two)), "MW928"), two).to.have.length(1);
      expect(said(audited(one), "MW928")).to.deep.equal([]);
    }
    expect(said(audited(documents(rule("a", pool), rule("b", subset))), "MW928")).to.deep.equal([]);
  });
});

describe("cli/audit: limits", () => {
  const deny = policy("web", "rules: []").replace("  selector: { matchLabels: { app: web } }\n", "");
  const code = "require-circuit-breakers";
  const found = (...objects: readonly string[]): number[] =>
    [true, false].map((complete) => {
      const result = audited(documents(meshNamespace, deployment("web"), ...objects), { complete });
      return said(result, code).length;
    });

  it("of a cluster's Services are for callers: none is missing if no workload may call, and files may lack callers", () => {
    expect(found(service("web"), deny)).to.deep.equal([0, 1]);
    const headless = service("web").replace("selector:", "clusterIP: None\n  selector:");
    expect(found(headless, deny)).to.deep.equal([0, 1]);
    const admits = (account: string): string =>
      policy("web", `rules: [{ from: [{ source: { principals: [cluster.local/ns/shop/sa/${account}] } }] }]`);
    expect(found(service("web"), deployment("cart"), admits("cart"))).to.deep.equal([1, 1]);
    expect(found(service("web"))).to.deep.equal([1, 1]);
  });
});

describe("cli/audit: effects", () => {
  it("of unknown injection are not judged, which is said", () => {
    const result = audited(documents(deployment("web"), service("web")));
    expect(codesOf(result)).to.deep.equal(["MW939"]);
    expect(said(result, "MW939").join()).to.contain(
      "The Namespace shop is not among the objects, so it is not known whether 1 workload has a proxy: Deployment web.",
    );
    const outside = meshNamespace.replace(", labels: { istio-injection: enabled }", "");
    expect(codesOf(audited(documents(outside, deployment("web"), service("web"))))).to.deep.equal([]);
  });

  it("name the port that accepts plaintext, and the policy", () => {
    const port = `apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: web, namespace: shop }
spec:
  selector: { matchLabels: { app: web } }
  mtls: { mode: STRICT }
  portLevelMtls: { 8080: { mode: PERMISSIVE } }
`;
    expect(said(audited(documents(meshNamespace, strict, deployment("web"), port)), "MW932")).to.deep.equal([
      "PeerAuthentication shop/web 20: 1 workload accepts plaintext (port 8080 PERMISSIVE): shop/web.",
    ]);
  });

  it("that an external authorizer decides are open", () => {
    const custom = policy("web", "action: CUSTOM\nprovider: { name: auth }\nrules: [{}]");
    const result = audited(documents(meshNamespace, strict, deployment("web"), custom));
    expect(said(result, "MW933")).to.deep.equal([]);
    expect(said(result, "MW939").join()).to.contain("AuthorizationPolicy shop/web may deny requests");
  });

  it("strand a caller without a proxy, as far as its environment names the service", () => {
    const env = '{ name: CART, value: "http://cart:8080/items" }';
    const optOut = 'sidecar.istio.io/inject: "false"';
    const allowed = policy("cart", "rules: [{}]");
    const mesh = documents(meshNamespace, strict, deployment("cart"), service("cart"), allowed);
    const without = audited(documents(mesh, deployment("web", { env, labels: optOut })));
    expect(said(without, "MW934")).to.have.length(1);
    expect(said(without, "MW934")[0]).to.contain(
      "An environment variable names cart.shop.svc.cluster.local:8080, and Service shop/cart denies every request of these pods: it requires mutual TLS, and they have no proxy.",
    );
    expect(said(audited(documents(mesh, deployment("web", { env }))), "MW934")).to.deep.equal([]);
    for (const value of ["cart", "https://elsewhere:8080", "cart:9999", "just text"]) {
      const unclear = deployment("web", { env: `{ name: CART, value: "${value}" }`, labels: optOut });
      expect(said(audited(documents(mesh, unclear)), "MW934"), value).to.deep.equal([]);
    }
  });

  it("of rules about requests may admit a caller, so they are no finding", () => {
    const env = '{ name: CART, value: "cart:8080" }';
    const mesh = (spec: string): string =>
      documents(
        meshNamespace,
        strict,
        deployment("web", { env }),
        deployment("cart"),
        service("cart"),
        policy("cart", spec),
      );
    for (const spec of [
      "rules: [{ to: [{ operation: { paths: [/a] } }] }]",
      "rules: [{ from: [{ source: { namespaces: [shop] } }] }]",
      "rules: [{ from: [{ source: { requestPrincipals: ['*'] } }] }]",
      "rules: [{ from: [{ source: { notPrincipals: [cluster.local/ns/shop/sa/cart] } }] }]",
    ]) {
      expect(said(audited(mesh(spec)), "MW934"), spec).to.deep.equal([]);
    }
    for (const spec of [
      "rules: [{ from: [{ source: { namespaces: [bank] } }] }]",
      "rules: [{ to: [{ operation: { ports: ['9090'] } }] }]",
      "rules: [{ when: [{ key: source.principal, notValues: [cluster.local/ns/shop/sa/web] }] }]",
    ]) {
      expect(said(audited(mesh(spec)), "MW934"), spec).to.have.length(1);
    }
  });

  it("of a route to an empty subset are said, and of a subset that the Service contradicts", () => {
    const rule = (labels: string): string =>
      `apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: { name: reviews, namespace: shop }\nspec: { host: reviews, subsets: [{ name: v2, labels: { ${labels} } }] }\n`;
    const pods = documents(service("reviews"), deployment("reviews"));
    const routed = documents(
      pods,
      rule("version: v2"),
      routes("route: [{ destination: { host: reviews, subset: v2 } }]"),
    );
    expect(said(audited(routed), "MW925").join()).to.contain(
      "A route leads to the subset, so requests on it get 503.",
    );
    expect(said(audited(documents(pods, rule("app: carts"))), "MW925").join()).to.contain(
      "has the labels app=carts of the subset v2: the Service selects app=reviews. No route leads to it.",
    );
  });
});
