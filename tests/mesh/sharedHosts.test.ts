import { expect } from "chai";
import { type HostedObject, sharedHosts, sharedHostText } from "../../mesh/sharedHosts";

type Spec = NonNullable<HostedObject["spec"]>;

const labelsOf = (catalog: string) => ({
  "app.kubernetes.io/managed-by": "meshwright",
  "app.kubernetes.io/part-of": catalog,
});
const object = (catalog: string, kind: string, spec: Spec, namespace?: string): HostedObject => ({
  kind,
  metadata: { name: "own", ...(namespace !== undefined && { namespace }), labels: labelsOf(catalog) },
  spec,
});
const gateway = (catalog: string, ...hosts: string[]): HostedObject =>
  object(catalog, "Gateway", { selector: { istio: "ingress" }, servers: [{ hosts }, { hosts }] }, catalog);
const entry = (catalog: string, namespace?: string): HostedObject =>
  object(catalog, "ServiceEntry", { hosts: ["bank.example.com", "mail.example.com"] }, namespace);
const owner = (catalog: string, title: string) => ({ catalog, title });

describe("sharedHosts", () => {
  it("finds each host of two catalogs at one gateway once, and names the first owner", () => {
    const found = sharedHosts([
      gateway("shop", "a.example.com", "b.example.com"),
      gateway("bank", "b.example.com", "c.example.com"),
      gateway("mail", "b.example.com"),
    ]);
    const first = owner("shop", "Gateway shop/own");
    const host = "b.example.com";
    expect(found).to.deep.equal([
      { host, first, second: owner("bank", "Gateway bank/own") },
      { host, first, second: owner("mail", "Gateway mail/own") },
    ]);
    expect(found.map(sharedHostText)[0]).to.equal(
      'The catalogs "shop" and "bank" both have the host b.example.com (the first one in Gateway shop/own). Which of them ' +
        "applies is undefined.",
    );
  });

  it("takes selectors with the same labels for one gateway, in any order", () => {
    const at = (catalog: string, selector: Record<string, string>) =>
      object(catalog, "Gateway", { selector, servers: [{ hosts: ["a.example.com"] }] });
    expect(
      sharedHosts([at("shop", { a: "1", b: "2" }), at("bank", { b: "2", a: "1" })]).map(({ host }) => host),
    ).to.deep.equal(["a.example.com"]);
    expect(sharedHosts([at("shop", { a: "1" }), at("bank", { a: "2" })])).to.deep.equal([]);
  });

  it("finds each host of two catalogs that ServiceEntries of one namespace declare", () => {
    expect(sharedHosts([entry("shop", "common"), entry("bank", "common")])).to.deep.equal(
      ["bank.example.com", "mail.example.com"].map((host) => ({
        host,
        first: owner("shop", "ServiceEntry common/own"),
        second: owner("bank", "ServiceEntry common/own"),
      })),
    );
    expect(sharedHosts([entry("shop", "shop"), entry("bank", "bank")])).to.deep.equal([]);
    expect(sharedHosts([entry("shop"), entry("bank")]).map(({ first }) => first.title)).to.deep.equal([
      "ServiceEntry /own",
      "ServiceEntry /own",
    ]);
  });

  it("ignores objects of one catalog, of other tools and kinds, and those without hosts", () => {
    const shop = gateway("shop", "a.example.com");
    const labelled = (labels?: Record<string, string>): HostedObject => ({
      ...gateway("bank", "a.example.com"),
      metadata: { name: "own", ...(labels && { labels }) },
    });
    for (const other of [
      shop,
      labelled(),
      labelled({ "app.kubernetes.io/part-of": "bank" }),
      labelled({ ...labelsOf("bank"), "app.kubernetes.io/managed-by": "helm" }),
      labelled({ "app.kubernetes.io/managed-by": "meshwright" }),
      object("bank", "VirtualService", {
        ...gateway("bank", "a.example.com").spec,
        hosts: ["a.example.com"],
      }),
      object("bank", "Gateway", { servers: [{ hosts: ["a.example.com"] }] }),
      object("bank", "Gateway", { selector: { istio: "ingress" } }),
      object("bank", "Gateway", { selector: { istio: "ingress" }, servers: [{}] }),
      object("bank", "ServiceEntry", {}),
      { kind: "Gateway", metadata: { name: "own", labels: labelsOf("bank") } },
    ]) {
      expect(sharedHosts([shop, other]), JSON.stringify(other)).to.deep.equal([]);
      expect(sharedHosts([other, shop]), JSON.stringify(other)).to.deep.equal([]);
    }
  });
});
