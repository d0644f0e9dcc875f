import { expect } from "chai";
import type { MeshDefinition } from "../../catalog";
import { mergePatch } from "../../mesh/overrides";
import { find, http, render } from "./render";

const shop = (overrides: NonNullable<MeshDefinition["overrides"]>): MeshDefinition => ({
  name: "shop",
  services: { web: { ports: { http } } },
  overrides,
});

describe("overrides", () => {
  it("change the object that they name, and no other", () => {
    const objects = render(
      shop({
        PeerAuthentication: { "shop/default": { spec: { mtls: { mode: "PERMISSIVE" } } } },
        Namespace: { shop: { metadata: { labels: { team: "checkout" } } } },
      }),
    );
    expect(find(objects, "PeerAuthentication", "default", "shop").spec).to.deep.equal({
      mtls: { mode: "PERMISSIVE" },
    });
    expect(find(objects, "PeerAuthentication", "default", "istio-system").spec).to.deep.equal({
      mtls: { mode: "STRICT" },
    });
    expect(find(objects, "Namespace", "shop").metadata.labels).to.include({
      team: "checkout",
      "istio-injection": "enabled",
    });
  });

  it("must name an object: all that don't are named, with those that there are", () => {
    expect(() =>
      render(shop({ PeerAuthentication: { default: {} }, EnvoyFilter: { "shop/limit": {} } })),
    ).to.throw(
      "overrides.PeerAuthentication.default: there is no such object; its objects are istio-system/default, shop/default\n" +
        "overrides.EnvoyFilter.shop/limit: there is no such object; no such kind is rendered",
    );
  });

  it("merge as RFC 7386 says in its appendix", () => {
    const cases: [unknown, unknown, unknown][] = [
      [{ a: "b" }, { a: "c" }, { a: "c" }],
      [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
      [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
      [{ a: ["b"] }, { a: "c" }, { a: "c" }],
      [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
      [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
      [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
      [{ e: null }, { a: 1 }, { e: null, a: 1 }],
      [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
    ];
    for (const [target, patch, result] of cases) {
      expect(mergePatch(target, patch), JSON.stringify(patch)).to.deep.equal(result);
    }
  });
});
