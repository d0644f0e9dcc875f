import { expect } from "chai";
import type { MeshDefinition } from "../../catalog";
import {
  conditionsKey,
  moreSpecificFirst,
  normalizeRouteMatch,
  pathKey,
  type RoutePattern,
} from "../../catalog/routeMatch";
import { checkMesh } from "../../mesh";

const http = { port: 8080, protocol: "http" };

/** Codes and paths of the errors, below the host's routes. */
function errors(...routes: readonly object[]): string[] {
  const catalog = {
    name: "shop",
    services: { api: { ports: { http } } },
    gateways: {
      public: {
        hosts: {
          "shop.example.com": {
            tls: { credentialName: "shop" },
            routes: routes.map((route) => ({ service: "api", ...route })),
          },
        },
      },
    },
    jwtRules: [{ issuer: "https://auth.example.com", jwksUri: "https://auth.example.com/keys" }],
  };
  return checkMesh(catalog as unknown as MeshDefinition)
    .findings.filter(({ severity }) => severity === "error")
    .map(({ code, path }) => `${code} ${path.replace(/^.*routes/, "")}`);
}

/** The errors of a host with `cors`. */
function hostErrors(cors: object): string[] {
  const hosts = {
    "shop.example.com": { tls: { credentialName: "shop" }, cors, routes: [{ prefix: "/", service: "web" }] },
  };
  const services = { web: { ports: { http: { port: 8080, protocol: "http" } } } };
  const catalog = { name: "shop", services, gateways: { public: { hosts } } };
  return checkMesh(catalog as unknown as MeshDefinition).findings.flatMap(({ severity, code }) =>
    severity === "error" ? [code] : [],
  );
}

const canary = { headers: { "x-canary": { exact: "true" } } };

describe("the conditions of a route", () => {
  it("have one path", () => {
    expect(errors({ prefix: "/" })).to.deep.equal([]);
    expect(errors({ prefix: "/", match: canary })).to.deep.equal([]);
    expect(errors({ match: { uri: { exact: "/a" }, ...canary } })).to.deep.equal([]);
    expect(errors({ prefix: "/", match: { uri: { exact: "/a" } } })).to.deep.equal(["MW001 [0].prefix"]);
    expect(errors({ match: { uri: { exact: "/a//b" } } })).to.deep.equal(["MW306 [0].match.uri.exact"]);
  });

  it("list the paths of a regular expression, which has no rewrite", () => {
    const match = { uri: { regex: "/users/[0-9]+" } };
    expect(errors({ match, paths: ["/users/*"] })).to.deep.equal([]);
    expect(errors({ match })).to.deep.equal(["MW003 [0].paths"]);
    expect(errors({ match, paths: ["/users/*"], rewrite: "/" })).to.deep.equal(["MW001 [0].rewrite"]);
    for (const regex of ["users", "/(", "/(?=a)", "/(a)\\1"]) {
      expect(errors({ match: { uri: { regex } }, paths: ["/users/*"] }), regex).to.have.length(1);
    }
  });

  it("are expressions of at most 1024 characters, as istiod accepts them", () => {
    const of = (length: number): object => ({ headers: { "x-a": { regex: "a".repeat(length) } } });
    expect(errors({ prefix: "/", match: of(1024) })).to.deep.equal([]);
    for (const regex of ["a".repeat(1025), "-1".repeat(20_000)]) {
      expect(errors({ prefix: "/", match: { headers: { "x-a": { regex } } } })).to.have.length(1);
      const cors = { allowOrigins: [{ regex }] };
      expect(hostErrors(cors), regex.slice(0, 20)).to.have.length(1);
    }
  });

  it("match all paths without a prefix", () => {
    expect(errors({})).to.deep.equal([]);
    expect(errors({ match: canary }, { prefix: "/api" })).to.deep.equal([]);
    expect(errors({}, { prefix: "/" })).to.deep.equal(["MW108 [1].prefix"]);
    expect(errors({ prefix: "/" }, {})).to.deep.equal(["MW108 [1]"]);
    expect(errors({ prefix: "/", match: { uri: { exact: "/a" } } })).to.deep.equal(["MW001 [0].prefix"]);
  });

  it("name headers in lower case, other than cookie", () => {
    for (const name of ["X-Canary", "cookie", ""]) {
      expect(errors({ prefix: "/", match: { headers: { [name]: { exact: "1" } } } }), name).to.have.length(1);
    }
  });

  it("differ in something, or in methods", () => {
    const get = { prefix: "/", methods: ["GET"] };
    const duplicate = ["MW108 [1].prefix"];
    expect(errors(get, { prefix: "/", methods: ["OPTIONS"] })).to.deep.equal([]);
    expect(errors(get, { prefix: "/" })).to.deep.equal([]);
    expect(errors({ prefix: "/" }, { prefix: "/", match: canary })).to.deep.equal([]);
    expect(errors(get, { prefix: "/", methods: ["POST", "GET"] })).to.deep.equal(duplicate);
    expect(errors({ prefix: "/a" }, { prefix: "/a/" })).to.deep.equal(duplicate);
    expect(errors({ prefix: "/", match: canary }, { prefix: "/", match: canary })).to.deep.equal(duplicate);
    const exact = { match: { uri: { exact: "/a" } } };
    expect(errors(exact, { prefix: "/a" })).to.deep.equal([]);
    expect(errors(exact, exact)).to.deep.equal(["MW108 [1].match.uri"]);
  });

  it("are no way around a token", () => {
    const endUser = {};
    const options = { prefix: "/", methods: ["OPTIONS"] };
    expect(errors(options, { prefix: "/", methods: ["GET"], endUser })).to.deep.equal([]);
    expect(errors(options, { prefix: "/", endUser })).to.deep.equal(["MW313 [1].endUser"]);
    expect(errors({ prefix: "/", match: canary }, { prefix: "/", endUser })).to.deep.equal([
      "MW313 [1].endUser",
    ]);
  });
});

describe("a normalized route", () => {
  const get: RoutePattern = { prefix: "/a", methods: ["GET"] };
  const none = { headers: {}, queryParams: {}, methods: [] };

  it("matches its methods only where another route of the host has its path", () => {
    expect(normalizeRouteMatch(get, [get])).to.deep.equal({ ...none, uri: { prefix: "/a" } });
    expect(normalizeRouteMatch(get, [get, { prefix: "/b" }]).methods).to.deep.equal([]);
    const other: RoutePattern = { prefix: "/a/" };
    expect(normalizeRouteMatch(get, [get, other]).methods).to.deep.equal(["GET"]);
    expect(normalizeRouteMatch(other, [get, other]).methods).to.deep.equal([]);
  });

  it("has the path of its match, its prefix, or every path", () => {
    const exact: RoutePattern = { match: { uri: { exact: "/a" }, ...canary } };
    expect(normalizeRouteMatch(exact, [exact])).to.deep.equal({ ...none, ...exact.match });
    expect(normalizeRouteMatch({}, []).uri).to.deep.equal({ prefix: "/" });
    const query = { queryParams: { v: { exact: "2" } } };
    expect(normalizeRouteMatch({ match: query }, []).queryParams).to.deep.equal(query.queryParams);
  });

  it("has the key of its path, with which a slash at the end of a prefix makes no difference", () => {
    expect(pathKey({ prefix: "/a/" })).to.equal(pathKey({ prefix: "/a" }));
    expect(pathKey({ prefix: "/a/b" })).to.not.equal(pathKey({ prefix: "/ab" }));
    expect(pathKey({ match: { uri: { exact: "/a/" } } })).to.not.equal(
      pathKey({ match: { uri: { exact: "/a" } } }),
    );
  });

  it("has the key of its conditions, in whatever order they are written", () => {
    const [a, b] = [{ exact: "1" }, { exact: "2" }];
    const key = conditionsKey({ match: { headers: { a, b }, queryParams: { a, b } } });
    expect(conditionsKey({ match: { headers: { b, a }, queryParams: { b, a } } })).to.equal(key);
    expect(conditionsKey({ match: { headers: { a, b } } })).to.not.equal(key);
    expect(conditionsKey({ match: { headers: { a: b, b: a }, queryParams: { a, b } } })).to.not.equal(key);
  });
});

describe("the order of routes", () => {
  const one = { exact: "1" };
  const sorted: readonly RoutePattern[] = [
    { match: { uri: { exact: "/aa" } } },
    { match: { uri: { exact: "/a" } } },
    { match: { uri: { regex: "/long/[0-9]+" } } },
    { match: { uri: { regex: "/[0-9]+" } } },
    { prefix: "/aaa", match: { headers: { a: one, b: one } } },
    { prefix: "/aaa", match: { headers: { a: one }, queryParams: { a: one } } },
    { prefix: "/aaa", match: { headers: { a: one } } },
    { prefix: "/aaa", match: { queryParams: { a: one, b: one } } },
    { prefix: "/aaa", match: { queryParams: { a: one } } },
    { prefix: "/aaa", methods: ["GET"] },
    { prefix: "/aaa", methods: ["POST"] },
    { prefix: "/aaa" },
    { prefix: "/bbb" },
    { prefix: "/aa" },
    { prefix: "/" },
  ];

  it("has the most specific one first, and is by their texts where nothing else differs", () => {
    expect([...sorted].reverse().sort(moreSpecificFirst)).to.deep.equal(sorted);
    expect(sorted.every((route) => moreSpecificFirst(route, { ...route }) === 0)).to.equal(true);
    expect(moreSpecificFirst({}, { prefix: "/" })).to.equal(0);
  });

  it("reads the methods as they are written one by one", () => {
    const [first, second]: RoutePattern[] = [{ methods: ["GET", "PUT"] }, { methods: ["GET"] }];
    if (!first || !second) throw new Error("unreachable");
    expect(moreSpecificFirst(first, second)).to.be.greaterThan(0);
    expect(moreSpecificFirst(second, first)).to.be.lessThan(0);
  });
});
