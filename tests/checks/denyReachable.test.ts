import { expect } from "chai";
import { text } from "../../checks/rules/denyReachable";
import { checkMesh } from "../../mesh";

const http = { port: 8080, protocol: "http" };
const tcp = { port: 5432, protocol: "tcp" };

/** What is found in two services, of which `cart` has the rules and is called by `web`. */
const found = (deny: object, call: object = {}, more: object = {}): string[] =>
  checkMesh({
    name: "shop",
    services: {
      account: { ports: { http }, deny: { other: { methods: ["TRACE"], notPaths: ["/a"] } } },
      web: { ports: { http }, calls: { account: { methods: ["GET"] }, cart: { port: "http", ...call } } },
      cart: { ports: { http, tcp }, deny, ...more },
    },
  })
    .findings.filter(({ code }) => code === "MW324")
    .map(({ path, message }) => `${path}: ${message}`);

const of = (path: string, part?: string, edge = "services.web.calls.cart"): string =>
  `${path}: ${text(edge, part).message}`;

describe("the check of DENY rules against declared calls", () => {
  it("names the rule that denies the requests by itself", () => {
    const get = { methods: ["GET"] };
    const one = { methods: ["TRACE"], notPaths: ["/a"] };
    const two = { notMethods: ["PUT"] };
    expect(found({ one, two }, get)).to.deep.equal([of("services.cart.deny.two", "GET")]);
    expect(found({ one: two, two: one }, get)).to.deep.equal([of("services.cart.deny.one", "GET")]);
    expect(found({ one }, get)).to.deep.equal([]);
  });

  it("names all rules if only several of them together deny the requests", () => {
    const [one, two] = [{ notPaths: ["/items/a"] }, { paths: ["/items/a"], notMethods: ["PUT"] }];
    const call = { methods: ["GET"], paths: ["/items/*"] };
    expect(found({ one, two }, call)).to.deep.equal([
      of("services.cart.deny", "/items/*"),
      of("services.cart.deny", "GET"),
    ]);
    expect(found({ one }, call)).to.deep.equal([]);
    expect(found({ two }, call)).to.deep.equal([]);
  });

  it("judges a service in another namespace, with labels of its own", () => {
    const two = { two: { notMethods: ["PUT"] } };
    for (const more of [{ namespace: "backend" }, { selector: { app: "cart", tier: "back" } }]) {
      expect(found(two, { methods: ["GET"] }, more)).to.deep.equal([of("services.cart.deny.two", "GET")]);
      expect(found(two, { methods: ["PUT"] }, more)).to.deep.equal([]);
    }
  });

  it("leaves rules unjudged that other findings are about, and those beside them", () => {
    const denied = { notMethods: ["PUT"] };
    const get = { methods: ["GET"] };
    expect(found({ one: denied, two: { callers: ["wep"], methods: ["PUT"] } }, get)).to.deep.equal([]);
    expect(found({ one: denied, two: { notCallers: ["web", "wep"] } }, get)).to.deep.equal([]);
    expect(found({ one: denied, two: { port: "tcp", notPaths: ["/a"] } }, get)).to.deep.equal([]);
    expect(found({ one: denied, two: { port: "tcp", notIpBlocks: ["10.0.0.1"] } }, get)).to.deep.equal([
      of("services.cart.deny.one", "GET"),
    ]);
  });
});
