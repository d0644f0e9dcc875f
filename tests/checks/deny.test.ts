import { expect } from "chai";
import { checkMesh } from "../../mesh";

const http = { port: 8080, protocol: "http" };
const tcp = { port: 5432, protocol: "tcp" };

const found = (deny: object, calls: object = {}, more: object = {}): string[] =>
  checkMesh({
    name: "shop",
    services: {
      web: { ports: { http }, calls: { cart: { port: "http", ...calls } } },
      cart: {
        ports: { http, tcp },
        admit: { billing: { namespace: "finance", port: "tcp" } },
        deny: { one: deny },
      },
    },
    jwtRules: [{ issuer: "https://auth.example.com", audiences: ["shop"] }],
    ...more,
  })
    .findings.filter(({ code }) => code !== "MW307")
    .map(({ code, path, message }) => `${code} ${path}${code === "MW324" ? `: ${message}` : ""}`);

const denied = (edge: string, part = ""): string =>
  `MW324 services.cart.deny.one: the rule denies every request of ${edge}${part}, which the catalog declares`;
const web = "services.web.calls.cart";
const admitted = "services.cart.admit.billing";

describe("the checks of DENY rules", () => {
  it("find a rule that denies a whole call, or all requests with one of its paths or methods", () => {
    expect(found({ notPaths: ["/health"] }, { paths: ["/items/*"] })).to.deep.equal([
      denied(web, " with /items/*"),
    ]);
    expect(found({ notMethods: ["GET"] }, { methods: ["GET", "PUT"] })).to.deep.equal([
      denied(web, " with PUT"),
    ]);
    expect(found({ callers: ["web"] })).to.deep.equal([denied(web)]);
    expect(found({ notCallers: ["web"] })).to.deep.equal([denied(admitted)]);
    expect(found({ port: "tcp", notIpBlocks: ["10.0.0.1"] })).to.deep.equal([]);
    expect(found({ port: "tcp", notCallers: ["web"] })).to.deep.equal([denied(admitted)]);
  });

  it("accept a rule that leaves some request of each path and method", () => {
    expect(found({ notPaths: ["/items/health"] }, { paths: ["/items/*"] })).to.deep.equal([]);
    expect(found({ paths: ["/items/a/*"], notMethods: ["GET"] }, { paths: ["/items/*"] })).to.deep.equal([]);
    expect(found({ methods: ["DELETE"], notPaths: ["/bin/*"] })).to.deep.equal([]);
  });

  it("accept a rule that excepts tokens that the call can carry", () => {
    const notEndUser = { claims: { roles: ["admin"] } };
    expect(found({ port: "http", notEndUser })).to.deep.equal([]);
    expect(found({ port: "http", notEndUser }, { endUser: { claims: { roles: ["reader"] } } })).to.deep.equal(
      [],
    );
    const endUser = { claims: { plan: ["gold", "suspended"] } };
    const suspended = { endUser: { claims: { plan: ["gold"] } }, notMethods: ["GET"] };
    expect(found(suspended, { methods: ["PUT"], endUser })).to.deep.equal([]);
    expect(found(suspended, { methods: ["PUT"], endUser: { claims: { plan: ["gold"] } } })).to.deep.equal([
      denied(web, " with PUT"),
    ]);
  });

  it("find names that are no callers", () => {
    expect(found({ callers: ["wep"] })).to.deep.equal(["MW325 services.cart.deny.one.callers"]);
    expect(found({ methods: ["PUT"], notCallers: ["stranger"] })).to.deep.equal([
      "MW325 services.cart.deny.one.notCallers",
    ]);
  });

  it("warn of lists without an exception", () => {
    expect(found({ paths: ["/admin"] })).to.deep.equal(["MW326 services.cart.deny.one.paths"]);
    expect(found({ methods: ["TRACE"] })).to.deep.equal(["MW326 services.cart.deny.one.methods"]);
    expect(found({ paths: ["/admin"], notCallers: ["web"] })).to.deep.equal([]);
  });

  it("refuse conditions on requests where there are none", () => {
    expect(found({ port: "tcp", paths: ["/admin"], notCallers: ["web"] })).to.deep.equal([
      "MW204 services.cart.deny.one.paths",
    ]);
    const { findings } = checkMesh({
      name: "shop",
      services: { db: { ports: { tcp }, deny: { one: { notPaths: ["/a"] } } } },
    });
    expect(findings.map(({ code }) => code)).to.include("MW204");
  });

  it("refuse a port, an issuer and a path that are none, and a rule without conditions", () => {
    expect(found({ port: "admin", notMethods: ["GET"] })).to.deep.equal([
      "MW102 services.cart.deny.one.port",
    ]);
    expect(found({ methods: ["PUT"], notEndUser: { issuer: "https://x.example.com" } })).to.deep.equal([
      "MW316 services.cart.deny.one.notEndUser.issuer",
    ]);
    expect(found({ notPaths: ["/a//b"], callers: ["web"] }, { paths: ["/c"] })).to.include(
      "MW306 services.cart.deny.one.notPaths[0]",
    );
    for (const rule of [{}, { port: "http" }]) {
      expect(found(rule), JSON.stringify(rule)).to.deep.equal(["MW001 services.cart.deny.one"]);
    }
    const { findings } = checkMesh({
      name: "shop",
      services: {
        web: { ports: { http }, calls: { cart: {} } },
        cart: { ports: { http }, deny: { one: { methods: ["PUT"], notEndUser: {} } } },
      },
    });
    expect(findings.map(({ code, path }) => `${code} ${path}`)).to.deep.equal([
      "MW301 services.cart.deny.one.notEndUser",
    ]);
  });
});
