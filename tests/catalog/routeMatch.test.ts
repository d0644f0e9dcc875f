import { expect } from "chai";
import { checkMesh } from "../../mesh";
import type { MeshDefinition } from "../../catalog";

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
