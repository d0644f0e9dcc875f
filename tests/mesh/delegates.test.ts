import { expect } from "chai";
import type { DelegateDefinition, GatewayHostDefinition, MeshDefinition } from "../../catalog";
import { readObjects, routeOf, type Workload } from "../../effect";
import { checkMesh } from "../../mesh";
import { delegateProblems, type DelegatingObject } from "../../mesh/delegates";
import { find, http, metadata, render } from "./render";

const name = "www.example.com";
const prefix = "/shop";

const edge = (host: Partial<GatewayHostDefinition> = {}): MeshDefinition => ({
  name: "edge",
  services: { home: { ports: { http } } },
  gateways: {
    public: {
      hosts: {
        [name]: {
          tls: { credentialName: "www" },
          routes: [{ prefix: "/", service: "home" }],
          delegates: [{ prefix, delegate: { name: "storefront", namespace: "shop" } }],
          ...host,
        },
      },
    },
  },
});

const shop = (own: Partial<DelegateDefinition> = {}): MeshDefinition => ({
  name: "shop",
  services: { web: { ports: { http } }, cart: { ports: { http } } },
  delegates: {
    storefront: {
      exportTo: "edge",
      prefix,
      routes: [
        { prefix: "/shop/items", service: "web", methods: ["GET"] },
        { match: { uri: { exact: "/shop/cart" } }, service: "cart" },
      ],
      ...own,
    },
  },
});

const gateway: Workload = {
  name: "istio-ingress",
  namespace: "istio-ingress",
  serviceAccount: "istio-ingress",
  labels: { istio: "ingress" },
  proxy: "gateway",
};

/** The service that receives a request for a path of the host, by the model of the objects of both catalogs. */
function receiver(owner: MeshDefinition, other: MeshDefinition): (path: string) => string {
  const services = [
    { namespace: "edge", service: "home" },
    { namespace: "shop", service: "web" },
    { namespace: "shop", service: "cart" },
  ].map(({ namespace, service }) => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: service, namespace },
    spec: { selector: { app: service }, ports: [{ name: "http", port: 8080 }] },
  }));
  const model = readObjects([...render(owner), ...render(other), ...services], { workloads: [gateway] });
  return (path) => {
    const route = routeOf(model, gateway, { host: name, port: 443, scheme: "https", path, method: "GET" });
    return route.destinations[0]?.host.split(".")[0] ?? route.outcome;
  };
}

const problems = (owner: MeshDefinition, other: MeshDefinition): string[] =>
  delegateProblems([...render(owner), ...render(other)]);

describe("delegates", () => {
  it("are VirtualServices without hosts, exported to the owner's namespace", () => {
    const object = find(render(shop()), "VirtualService", "storefront");
    expect(object.metadata).to.deep.equal(metadata("storefront", "delegates.storefront"));
    expect(object.spec).to.have.all.keys("exportTo", "http");
    expect(object.spec).to.deep.include({ exportTo: ["edge"] });
  });

  it("have the owner's gateway admitted, for their routes only", () => {
    const from = [{ source: { principals: ["cluster.local/ns/istio-ingress/sa/istio-ingress"] } }];
    const rules = (service: string): unknown =>
      (find(render(shop()), "AuthorizationPolicy", service).spec as { rules: unknown }).rules;
    expect(rules("web")).to.deep.equal([
      { from, to: [{ operation: { ports: ["8080"], methods: ["GET"] } }] },
    ]);
    expect(rules("cart")).to.deep.equal([
      { from, to: [{ operation: { ports: ["8080"], paths: ["/shop/cart"] } }] },
    ]);
  });

  it("route the paths below the prefix, and no others", () => {
    const to = receiver(edge(), shop());
    expect(to("/shop/items/1")).to.equal("web");
    expect(to("/shop/cart")).to.equal("cart");
    for (const path of ["/shop", "/shop/other", "/shopping", "/"]) expect(to(path), path).to.equal("home");
  });

  it("select the pods of another gateway, if they name it", () => {
    const own = { release: "istio-public" };
    const rule = find(render({ ...shop(own), networkPolicies: {} }), "NetworkPolicy", "cart").spec;
    expect(JSON.stringify(rule)).to.include('"istio":"public"');
    expect(JSON.stringify(find(render(shop(own)), "AuthorizationPolicy", "cart").spec)).to.include(
      "ns/istio-public/sa/istio-public",
    );
  });

  it("are found to fit the owner's host", () => {
    expect(problems(edge(), shop())).to.deep.equal([]);
  });

  it("are found to be missing, exported elsewhere, or without a host", () => {
    expect(delegateProblems(render(edge()))).to.deep.equal([
      'edge/www.example.com of the catalog "edge" delegates to shop/storefront, and none of these catalogs has it: its paths ' +
        "get another route, or 404. Declare it under delegates of the catalog of that namespace.",
    ]);
    expect(problems(edge(), shop({ exportTo: "other" }))).to.deep.equal([
      'shop/storefront of the catalog "shop" is exported to other, and edge/www.example.com of the catalog "edge" delegates ' +
        'to it from edge: istiod ignores it. Set exportTo to "edge".',
    ]);
    expect(delegateProblems(render(shop()))).to.deep.equal([
      'The delegate shop/storefront of the catalog "shop" has no host: no VirtualService delegates to it. Add it to delegates ' +
        "of a host in the owner's catalog.",
    ]);
  });

  it("are found to have routes outside of what the owner delegates, or that another route takes", () => {
    const narrow = edge({
      delegates: [{ prefix: "/shop/items", delegate: { name: "storefront", namespace: "shop" } }],
    });
    expect(problems(narrow, shop())).to.deep.equal([
      'shop/storefront of the catalog "shop" routes /shop/cart, and edge/www.example.com of the catalog "edge" delegates ' +
        "/shop/items, /shop/items/*: istiod leaves the route out. Set both prefixes to the same value.",
    ]);
    expect(receiver(narrow, shop())("/shop/cart")).to.equal("home");
    const taking = edge({
      routes: [
        { prefix: "/", service: "home" },
        { prefix: "/shop/items", service: "home" },
      ],
    });
    expect(problems(taking, shop())).to.deep.equal([
      'shop/storefront of the catalog "shop" routes /shop/items, /shop/items/*, which /shop/items, /shop/items/* of ' +
        'edge/www.example.com of the catalog "edge" takes before it. Remove one of the two routes.',
    ]);
    expect(receiver(taking, shop())("/shop/items/1")).to.equal("home");
  });

  it("are found in objects of other tools, whose fields may be missing", () => {
    const service = (name: string, spec?: object, namespace?: string): DelegatingObject => ({
      kind: "VirtualService",
      metadata: namespace === undefined ? { name } : { name, namespace },
      ...(spec && { spec }),
    });
    const to = (delegate: object, uri?: object): object => ({
      hosts: [name],
      http: [{ delegate, ...(uri && { match: [{ uri }] }) }, {}],
    });
    const found = (...objects: DelegatingObject[]): string[] => delegateProblems(objects);
    const exact = { exact: "/a" };
    const own = { http: [{ match: [{ uri: exact }] }] };
    const half = { http: [{ match: [{ uri: exact }, { uri: { exact: "/b" } }] }] };
    expect(found(service("root", { hosts: [name] }), { ...service("other"), kind: "Gateway" })).to.deep.equal(
      [],
    );
    expect(
      found(service("root", to({ name: "one" }, exact), "web"), service("one", own, "web")),
    ).to.deep.equal([]);
    expect(found(service("root", to({ name: "one" }, exact)), service("one"))).to.deep.equal([]);
    expect(found(service("root", to({}), "web"))).to.deep.equal([
      'web/root of the catalog "" delegates to web/, and none of these catalogs has it: its paths get another route, or 404. ' +
        "Declare it under delegates of the catalog of that namespace.",
    ]);
    expect(found(service("one"))).to.deep.equal([
      'The delegate /one of the catalog "" has no host: no VirtualService delegates to it. Add it to delegates of a host in ' +
        "the owner's catalog.",
    ]);
    expect(found(service("root", to({ name: "one" }, exact)), service("one", half))).to.deep.equal([
      '/one of the catalog "" routes /a, /b, and /root of the catalog "" delegates /a: istiod leaves the route out. Set both ' +
        "prefixes to the same value.",
    ]);
    const first = { match: [{ uri: exact }, { uri: { prefix: "/c" } }] };
    const wide = { delegate: { name: "one" }, match: [{ uri: { prefix: "/" } }] };
    const taking = (match: object): string[] =>
      found(service("root", { hosts: [name], http: [match, wide] }), service("one", half));
    expect(taking(first)).to.deep.equal([]);
    expect(taking({})).to.deep.equal([]);
    expect(taking({ match: [{}, { uri: { regex: "/.*" } }] })).to.deep.equal([]);
    expect(taking({ match: [...first.match, { uri: { prefix: "/b" } }] })).to.deep.equal([
      '/one of the catalog "" routes /a, /b, which /a, /c*, /b* of /root of the catalog "" takes before it. Remove one of the ' +
        "two routes.",
    ]);
  });

  it("are refused outside of their prefix, by expression, with addresses, twice, or with a service's name", () => {
    const found = (own: Partial<DelegateDefinition>): string[] =>
      checkMesh(shop(own)).findings.map(({ code, path }) => `${code} ${path}`);
    const route = { service: "web" } as const;
    expect(found({ routes: [{ ...route, prefix: "/cart" }] })).to.include(
      "MW537 delegates.storefront.routes[0].prefix",
    );
    expect(
      found({ routes: [{ ...route, match: { uri: { regex: "/shop/.*" } }, paths: ["/shop/*"] }] }),
    ).to.include("MW537 delegates.storefront.routes[0].match.uri.regex");
    expect(found({ routes: [{ ...route, prefix, ipBlocks: ["10.0.0.0/8"] }] })).to.include(
      "MW537 delegates.storefront.routes[0].ipBlocks",
    );
    const twice = [
      { ...route, prefix },
      { ...route, prefix },
    ] as const;
    expect(found({ routes: twice })).to.include("MW108 delegates.storefront.routes[1].prefix");
    expect(found({ routes: [{ prefix, service: "nowhere" }] })).to.include(
      "MW101 delegates.storefront.routes[0].service",
    );
    expect(found({ routes: [{ ...route, prefix: "/shop//a" }] })).to.include(
      "MW306 delegates.storefront.routes[0].prefix",
    );
    const { storefront } = shop().delegates ?? {};
    const named = checkMesh({ ...shop(), delegates: { web: storefront } }).findings;
    expect(named.map(({ code, path }) => `${code} ${path}`)).to.deep.equal(["MW537 delegates.web"]);
    const clash = edge({ routes: [{ prefix, service: "home" }] });
    expect(checkMesh(clash).findings.map(({ code }) => code)).to.include("MW108");
  });
});
