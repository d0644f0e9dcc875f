import { expect } from "chai";
import { checkMesh } from "../../mesh";

const http = { port: 8080, protocol: "http" };

const found = (caller: string, more: object = {}, calls: unknown = { cart: {} }): string[] =>
  checkMesh({
    name: "shop",
    services: {
      web: { ports: { http }, calls },
      cart: { ports: { http }, deny: { one: { methods: ["PUT"], notCallers: [caller] } } },
    },
    ...more,
  })
    .findings.filter(({ code }) => code === "MW325")
    .map(({ path, message, fix }) => `${path}: ${message}; ${fix}`);

const unknown = (name: string, fix: string): string =>
  `services.cart.deny.one.notCallers: "${name}" is not a caller of "cart"; ${fix}`;

describe("the check of the callers of DENY rules", () => {
  it("says what to do about a name that resembles no caller", () => {
    expect(found("monitoring")).to.deep.equal([
      unknown(
        "monitoring",
        'use one of "web", or name a service, gateway or admission that may call it, or remove the name',
      ),
    ]);
    expect(found("web")).to.deep.equal([]);
  });

  it("leaves out the names while a service, gateway or delegate has a value of the wrong form", () => {
    expect(found("monitoring", {}, 5)).to.deep.equal([]);
    expect(found("monitoring", { gateways: 5 })).to.deep.equal([]);
    expect(found("monitoring", { delegates: 5 })).to.deep.equal([]);
    // Those of other fields name no caller.
    expect(found("monitoring", { alerts: 5 })).to.have.lengthOf(1);
  });
});
