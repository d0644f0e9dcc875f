import { expect } from "chai";
import { expression, limited, nameTaken, outside } from "../../checks/rules/delegateWithin";
import { foundBy } from "./found";

const at = "delegates.storefront";

/** The findings about delegated routes to `web`. */
function found(routes: object[], delegate: object = {}, more: object = {}): string[] {
  return foundBy("MW537", {
    name: "shop",
    services: { web: { ports: { http: { port: 8080, protocol: "http" } } } },
    delegates: {
      storefront: {
        exportTo: "edge",
        prefix: "/shop",
        routes: routes.map((route) => ({ service: "web", ...route })),
        ...delegate,
      },
    },
    ...more,
  });
}

describe("the check of delegated routes", () => {
  it("accepts the delegated path and those below it", () => {
    for (const prefix of ["/shop", "/shop/", "/shop/cart", "/shop/cart/"]) {
      expect(found([{ prefix }]), prefix).to.deep.equal([]);
      expect(found([{ prefix }], { prefix: "/shop/" }), prefix).to.deep.equal([]);
    }
    expect(found([{ match: { uri: { exact: "/shop/cart" } } }])).to.deep.equal([]);
    for (const prefix of ["/", "/any"])
      expect(found([{ prefix }], { prefix: "/" }), prefix).to.deep.equal([]);
  });

  it("finds paths beside the delegated one, at the field that has the path", () => {
    for (const prefix of ["/", "/shopping", "/cart/shop", "/sho", "/cart"]) {
      expect(found([{ prefix: "/shop" }, { prefix }]), prefix).to.deep.equal([
        `${at}.routes[1].prefix: ${outside("/shop").message}`,
      ]);
    }
    expect(found([{ match: { uri: { exact: "/shopping" } } }])).to.deep.equal([
      `${at}.routes[0].match.uri.exact: ${outside("/shop").message}`,
    ]);
  });

  it("says nothing about paths if the delegated one is invalid", () => {
    expect(found([{ prefix: "/cart" }], { prefix: "shop" })).to.deep.equal([]);
  });

  it("finds regular expressions, which istiod can't compare with the prefix", () => {
    expect(found([{ match: { uri: { regex: "/shop/.*" } }, paths: ["/shop/*"] }])).to.deep.equal([
      `${at}.routes[0].match.uri.regex: ${expression().message}`,
    ]);
  });

  it("finds lists of addresses, at the list that is set", () => {
    for (const field of ["ipBlocks", "notIpBlocks"]) {
      expect(found([{ prefix: "/shop", [field]: ["192.0.2.0/24"] }]), field).to.deep.equal([
        `${at}.routes[0].${field}: ${limited().message}`,
      ]);
    }
  });

  it("finds a name that a callee of the same namespace has, but not one of another namespace", () => {
    const http = { port: 8080, protocol: "http" };
    const web = { ports: { http } };
    const route = { prefix: "/shop" };
    const taken = [`${at}: ${nameTaken("storefront").message}`];
    const services = (namespace: object): object => ({
      services: { web, storefront: { ...web, ...namespace } },
    });
    expect(found([route], {}, services({}))).to.deep.equal(taken);
    expect(found([route], {}, services({ namespace: "other" }))).to.deep.equal([]);
    const external = { host: "storefront.example.com", ports: { http: { port: 80, protocol: "http" } } };
    expect(found([route], {}, { externalServices: { storefront: external } })).to.deep.equal(taken);
    expect(found([route], {}, { externalServices: { bank: external } })).to.deep.equal([]);
  });
});
