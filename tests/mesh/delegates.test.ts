import { expect } from "chai";
import type { DelegateDefinition, GatewayHostDefinition, MeshDefinition } from "../../catalog";
import { readObjects, routeOf, type Workload } from "../../effect";
import { checkMesh } from "../../mesh";
import { delegateProblems } from "../../mesh/delegates";
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
    expect(problems(edge(), shop({ exportTo: "other" })).join()).to.match(
      /exported to other, .* istiod ignores it\. Set exportTo to "edge"\./,
    );
    expect(delegateProblems(render(shop())).join()).to.match(/^The delegate shop\/storefront .* has no host/);
  });

  it("are found to have routes outside of what the owner delegates, or that another route takes", () => {
    const narrow = edge({
      delegates: [{ prefix: "/shop/items", delegate: { name: "storefront", namespace: "shop" } }],
    });
    expect(problems(narrow, shop()).join()).to.match(/routes \/shop\/cart, .* istiod leaves the route out/);
    expect(receiver(narrow, shop())("/shop/cart")).to.equal("home");
    const taking = edge({
      routes: [
        { prefix: "/", service: "home" },
        { prefix: "/shop/items", service: "home" },
      ],
    });
    expect(problems(taking, shop()).join()).to.match(/routes \/shop\/items, .* takes before it/);
    expect(receiver(taking, shop())("/shop/items/1")).to.equal("home");
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
