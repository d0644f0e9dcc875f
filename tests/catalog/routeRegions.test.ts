import { expect } from "chai";
import { normalize } from "../../catalog";
import { includesPath, prefixOf, regionOf, routesOf } from "../../catalog/routeRegions";

const http = { port: 8080, protocol: "http" } as const;

function routed(...routes: readonly object[]) {
  const { gateways } = normalize({
    name: "shop",
    jwtRules: [{ issuer: "https://auth.example.com" }],
    services: { web: { ports: { http, admin: { port: 9090, protocol: "http" } } }, api: { ports: { http } } },
    gateways: {
      public: {
        hosts: {
          "shop.example.com": {
            tls: { credentialName: "shop" },
            routes: routes.map((route) => ({ service: "web", port: "http", ...route })),
          },
        },
      },
    },
  });
  return gateways.flatMap(routesOf);
}

/** The paths of each edge, now and after its dry runs. */
const paths = (...routes: readonly object[]): unknown[] =>
  routed(...routes).map(({ edge }) =>
    edge.pathsAfterDryRuns ? [edge.paths, edge.pathsAfterDryRuns] : edge.paths,
  );

const admin = { prefix: "/admin" };
const region = ["/admin", "/admin/*"];

describe("catalog/routeRegions", () => {
  it("leaves the paths of routes that admit the same, or lead to other ports or services", () => {
    expect(paths({ prefix: "/" }, admin)).to.deep.equal([[], []]);
    expect(paths({ prefix: "/", endUser: {} }, { ...admin, endUser: {} })).to.deep.equal([[], []]);
    expect(paths({ prefix: "/" }, { ...admin, port: "admin", endUser: {} })).to.deep.equal([[], []]);
    expect(paths({ prefix: "/" }, { ...admin, service: "api", endUser: {} })).to.deep.equal([[], []]);
  });

  it("limits routes to their own paths where they require other methods or tokens of the same port", () => {
    expect(paths({ prefix: "/" }, { ...admin, endUser: {} })).to.deep.equal([region, []]);
    expect(paths({ prefix: "/shop/" }, { ...admin, methods: ["GET"] })).to.deep.equal([
      region,
      ["/shop", "/shop/*"],
    ]);
    expect(paths({ prefix: "/" }, admin, { prefix: "/b", endUser: {} })).to.deep.equal([
      region,
      ["/b", "/b/*"],
      [],
    ]);
  });

  it("limits the destinations of a route as its own service", () => {
    const destinations = [{ service: "api", port: "http", weight: 10 }];
    expect(paths({ ...admin, destinations }, { prefix: "/b", service: "api", endUser: {} })).to.deep.equal([
      [],
      region,
      ["/b", "/b/*"],
    ]);
  });

  it("limits routes once their dry runs are enforced, and not before", () => {
    const dryRun = { endUser: {} };
    expect(paths({ prefix: "/" }, { ...admin, dryRun })).to.deep.equal([[[], region], []]);
    expect(paths({ prefix: "/", endUser: {} }, { ...admin, dryRun })).to.deep.equal([region, []]);
    expect(paths({ prefix: "/a", endUser: {} }, { ...admin, endUser: {} })).to.deep.equal([[], []]);
    expect(paths({ prefix: "/", endUser: {} }, { ...admin, dryRun: "denied" })).to.deep.equal([region, []]);
  });

  it("has the paths that the service receives: of the rewritten prefix, of an exact path or a list", () => {
    const of = (route: object) => routed(route).map((one) => [prefixOf(one), regionOf(one)]);
    expect(of({ prefix: "/" })).to.deep.equal([["/", ["/*"]]]);
    expect(of({ prefix: "/a/" })).to.deep.equal([["/a", ["/a", "/a/*"]]]);
    expect(of({ prefix: "/a", rewrite: "/" })).to.deep.equal([["/", ["/*"]]]);
    expect(of({ prefix: "/a", rewrite: "/b/" })).to.deep.equal([["/b", ["/b", "/b/*"]]]);
    expect(of({ prefix: "/a", paths: ["/a/x"] })).to.deep.equal([["/a", ["/a/x"]]]);
    expect(of({ match: { uri: { exact: "/a" } } })).to.deep.equal([[undefined, ["/a"]]]);
    expect(of({ match: { uri: { exact: "/a" } }, rewrite: "/b" })).to.deep.equal([[undefined, ["/b"]]]);
    expect(of({ match: { uri: { regex: "/a.*" } }, paths: ["/a/*"] })).to.deep.equal([[undefined, ["/a/*"]]]);
  });

  it("compares patterns of paths", () => {
    expect(includesPath("/a/*", "/a/b")).to.equal(true);
    expect(includesPath("/a/*", "/a")).to.equal(false);
    expect(includesPath("/a", "/a")).to.equal(true);
    expect(includesPath("/a", "/a/b")).to.equal(false);
  });
});
