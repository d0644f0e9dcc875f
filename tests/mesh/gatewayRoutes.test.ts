import { expect } from "chai";
import type { GatewayRouteDefinition, MeshDefinition, ServiceDefinition } from "../../catalog";
import { checkMesh, renderMesh } from "../../mesh";
import type { HttpRoute } from "../../mesh/httpRoute";
import { find, http, render } from "./render";

interface Spec {
  http: HttpRoute[];
  rules: object[];
}

function shop(
  routes: readonly GatewayRouteDefinition[],
  api: Partial<ServiceDefinition> = {},
): ReturnType<typeof render> {
  const host = { tls: { credentialName: "shop" }, routes };
  const catalog: MeshDefinition = {
    name: "shop",
    services: { api: { ports: { http }, ...api }, web: { ports: { http } } },
    gateways: { public: { hosts: { "shop.example.com": host } } },
    ...(routes.some(({ endUser }) => endUser) && {
      jwtRules: [{ issuer: "https://auth.example.com", jwksUri: "https://auth.example.com/keys" }],
    }),
  };
  return render(catalog);
}

const routesOf = (...given: Parameters<typeof shop>): HttpRoute[] =>
  (find(shop(...given), "VirtualService", "shop.example.com").spec as Spec).http;
const matchesOf = (...given: Parameters<typeof shop>): unknown[] =>
  routesOf(...given).map(({ match }) => match);
const operationsOf = (...given: Parameters<typeof shop>): unknown =>
  (find(shop(...given), "AuthorizationPolicy", "api").spec as Spec).rules;

const exact = (value: string) => ({ exact: value });

describe("gateway routes", () => {
  it("match an exact path, a regular expression, headers and query parameters", () => {
    const routes: GatewayRouteDefinition[] = [
      { prefix: "/", service: "web" },
      { match: { uri: exact("/login") as { exact: "/login" } }, service: "api", rewrite: "/session" },
      { match: { uri: { regex: "/users/[0-9]+" } }, service: "api", paths: ["/users/*"] },
      {
        prefix: "/",
        match: { headers: { "x-canary": exact("true") }, queryParams: { v: { regex: "[12]" } } },
        service: "api",
      },
    ];
    const found = routesOf(routes);
    expect(found.map(({ name, match }) => ({ name, match }))).to.deep.equal([
      { name: "/login", match: [{ uri: exact("/login") }] },
      { name: "/users/[0-9]+", match: [{ uri: { regex: "/users/[0-9]+" } }] },
      {
        name: "/ x-canary=true v=[12]",
        match: [
          {
            uri: { prefix: "/" },
            headers: { "x-canary": exact("true") },
            queryParams: { v: { regex: "[12]" } },
          },
        ],
      },
      { name: "/", match: [{ uri: { prefix: "/" } }] },
    ]);
    expect(found.map(({ rewrite }) => rewrite)).to.deep.equal([
      { uri: "/session" },
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("have the same order in every order of the catalog, the most specific one first", () => {
    const routes: GatewayRouteDefinition[] = [
      { match: { uri: { exact: "/a" } }, service: "web" },
      { match: { uri: { regex: "/a.*" } }, paths: ["/a/*"], service: "web" },
      { prefix: "/a", match: { headers: { a: exact("1"), b: exact("1") } }, service: "web" },
      { prefix: "/a", match: { headers: { a: exact("1") } }, service: "web" },
      { prefix: "/a", match: { queryParams: { a: exact("1") } }, service: "web" },
      { prefix: "/a", methods: ["OPTIONS"], service: "api" },
      { prefix: "/a", service: "web" },
      { prefix: "/", service: "web" },
    ];
    const names = routesOf(routes).map(({ name }) => name);
    expect(names).to.deep.equal(["/a", "/a.*", "/a a=1 b=1", "/a a=1", "/a a=1", "/a OPTIONS", "/a", "/"]);
    expect(routesOf([...routes].reverse())).to.deep.equal(routesOf(routes));
    expect(matchesOf(routes)[3]).to.have.nested.property("[0].headers");
    expect(matchesOf(routes)[4]).to.have.nested.property("[0].queryParams");
  });

  it("match their methods where they share a path, and only there", () => {
    const alone: GatewayRouteDefinition = { prefix: "/", service: "api", methods: ["GET"] };
    expect(matchesOf([alone])).to.deep.equal([[{ uri: { prefix: "/" } }]]);
    const both: GatewayRouteDefinition[] = [
      { prefix: "/", service: "api", methods: ["GET", "POST"], endUser: {} },
      { prefix: "/", service: "api", methods: ["OPTIONS"] },
    ];
    expect(matchesOf(both)).to.deep.equal([
      [{ uri: { prefix: "/" }, method: { regex: "GET|POST" } }],
      [{ uri: { prefix: "/" }, method: { exact: "OPTIONS" } }],
    ]);
    const rules = operationsOf(both) as { to: { operation: { methods: string[] } }[] }[];
    expect(
      rules.map((rule) => [rule.to[0]?.operation.methods, JSON.stringify(rule).includes("request.auth")]),
    ).to.have.deep.members([
      [["OPTIONS"], false],
      [["GET", "POST"], true],
    ]);
  });

  it("retry POST only where it is safe, and never match a method that they don't have", () => {
    const resilience = { timeout: "5s", retries: { attempts: 1, retryOn: ["5xx"] } } as const;
    const routes = (methods: GatewayRouteDefinition["methods"]): GatewayRouteDefinition[] => [
      { prefix: "/", service: "api", methods: methods ?? [] },
      { prefix: "/", service: "web" },
    ];
    const methodsOf = (...given: Parameters<typeof shop>): unknown =>
      routesOf(...given).map(({ match }) => match?.[0]?.method);
    expect(methodsOf(routes(["GET", "POST"]), { resilience })).to.deep.equal([
      { exact: "POST" },
      { regex: "GET|POST" },
      undefined,
    ]);
    expect(methodsOf(routes(["GET", "HEAD"]), { resilience })).to.deep.equal([
      { regex: "GET|HEAD" },
      undefined,
    ]);
  });

  it("keep their headers beside those that select a version", () => {
    const traffic = {
      weights: { v1: 100 },
      headerRoutes: [{ headers: { "x-version": "2" }, version: "v2" }],
    } as const;
    const api = { versions: { v1: {}, v2: {} }, traffic };
    const headers = (own: object): unknown[] =>
      routesOf(
        [{ prefix: "/", match: { headers: own as Record<string, { exact: string }> }, service: "api" }],
        api,
      ).map(({ match }) => match?.[0]?.headers);
    const version = { "x-version": exact("2") };
    expect(headers({ a: exact("1") })).to.deep.equal([{ a: exact("1"), ...version }, { a: exact("1") }]);
    for (const agreeing of [exact("2"), { prefix: "2" }, { regex: "[23]" }]) {
      expect(headers({ "x-version": agreeing })).to.deep.equal([version, { "x-version": agreeing }]);
    }
    for (const other of [exact("3"), { prefix: "3" }, { regex: "22|3" }]) {
      expect(headers({ "x-version": other })).to.deep.equal([{ "x-version": other }]);
    }
  });

  it("are admitted with no more paths than they lead to", () => {
    const paths = (route: Partial<GatewayRouteDefinition>): unknown =>
      (operationsOf([{ service: "api", ...route }]) as { to: { operation: { paths?: string[] } }[] }[])[0]
        ?.to[0]?.operation.paths;
    expect(paths({ match: { uri: { exact: "/login" } } })).to.deep.equal(["/login"]);
    expect(paths({ match: { uri: { exact: "/login" } }, rewrite: "/session" })).to.deep.equal(["/session"]);
    expect(paths({ match: { uri: { regex: "/users/.*" } }, paths: ["/users/*"] })).to.deep.equal([
      "/users/*",
    ]);
  });

  it("change headers at each of their destinations, and only their own", () => {
    const headers = {
      request: { set: { "x-source": "internet" }, add: { via: "%PROTOCOL%" }, remove: ["x-debug"] },
      response: { set: { "strict-transport-security": "max-age=1" } },
    };
    const traffic = {
      weights: { v1: 100 },
      headerRoutes: [{ headers: { "x-version": "2" }, version: "v2" }],
    } as const;
    const found = routesOf(
      [
        { prefix: "/a", service: "api", headers },
        { prefix: "/", service: "web" },
      ],
      { versions: { v1: {}, v2: {} }, traffic },
    );
    expect(found.map(({ name, headers: own }) => [name, own])).to.deep.equal([
      ["/a x-version=2", headers],
      ["/a", headers],
      ["/", undefined],
    ]);
  });

  it("share their requests among services, and each service among its versions", () => {
    const shares = (weight: number, api: Partial<ServiceDefinition> = {}): unknown[] =>
      routesOf([{ prefix: "/", service: "web", destinations: [{ service: "api", weight }] }], api).map(
        ({ route }) => route,
      );
    const to = (name: string, weight: number, subset?: string): object => ({
      destination: {
        host: `${name}.shop.svc.cluster.local`,
        port: { number: 8080 },
        ...(subset !== undefined && { subset }),
      },
      weight,
    });
    expect(shares(10)).to.deep.equal([[to("web", 90), to("api", 10)]]);
    expect(shares(0)).to.deep.equal([[to("web", 100)]]);
    expect(shares(100)).to.deep.equal([[to("api", 100)]]);
    const versions = { v1: {}, v2: {} };
    expect(shares(10, { versions, traffic: { weights: { v1: 75, v2: 25 } } })).to.deep.equal([
      [to("web", 9000), to("api", 750, "v1"), to("api", 250, "v2")],
    ]);
    expect(shares(10, { versions, traffic: { weights: { v1: 100, v2: 0 } } })).to.deep.equal([
      [to("web", 90), to("api", 10, "v1")],
    ]);
  });

  it("are admitted by each of their services, with the same requests", () => {
    const objects = shop([
      {
        prefix: "/v1",
        service: "web",
        methods: ["GET"],
        paths: ["/v1", "/v1/*"],
        destinations: [{ service: "api", weight: 0 }],
      },
    ]);
    const rules = (name: string): unknown => (find(objects, "AuthorizationPolicy", name).spec as Spec).rules;
    expect(rules("api")).to.deep.equal([
      {
        from: [{ source: { principals: ["cluster.local/ns/istio-ingress/sa/istio-ingress"] } }],
        to: [{ operation: { ports: ["8080"], methods: ["GET"], paths: ["/v1", "/v1/*"] } }],
      },
    ]);
    expect(rules("web")).to.deep.equal(rules("api"));
  });

  it("wait as long as the slowest of their services may take, unless they say how long", () => {
    const resilience = { timeout: "5s" } as const;
    const timeouts = (web: string | undefined, own: object = {}): unknown => {
      const { mesh } = checkMesh({
        name: "shop",
        services: {
          web: { ports: { http }, ...(web !== undefined && { resilience: { timeout: web } }) },
          api: { ports: { http }, resilience },
        },
        gateways: {
          public: {
            hosts: {
              "shop.example.com": {
                tls: { credentialName: "shop" },
                routes: [
                  { prefix: "/", service: "web", destinations: [{ service: "api", weight: 10 }], ...own },
                ],
              },
            },
          },
        },
      });
      if (!mesh) throw new Error("the catalog has errors");
      const spec = find(renderMesh(mesh), "VirtualService", "shop.example.com").spec as Spec;
      return spec.http[0]?.timeout;
    };
    expect(timeouts("2s")).to.equal("5s");
    expect(timeouts("9s")).to.equal("9s");
    expect(timeouts(undefined)).to.equal(undefined);
    expect(timeouts("2s", { timeout: "3s" })).to.equal("3s");
  });
});
