import { expect } from "chai";
import { type PlainObject, readObjects } from "../../effect";
import { affectedBy } from "../../effect/affected";
import { object, service, workload } from "./objects";

const workloads = [workload("shop/cart"), workload("shop/web"), workload("bank/ledger")];
const model = (objects: PlainObject[]) => readObjects(objects, { workloads });

/** The workloads that a change of one object can decide about. */
function affected(before: PlainObject[], after: PlainObject[]): string[] {
  const isAffected = affectedBy(model(before), model(after));
  return workloads
    .filter((one) => isAffected([one, one]))
    .map(({ namespace, name }) => `${namespace}/${name}`);
}

const cart = { selector: { matchLabels: { app: "cart" } } };
const policy = (name: string, spec: object) => object("AuthorizationPolicy", name, spec);

describe("effect/affected", () => {
  it("is none if no object changes, or only one that decides about routes", () => {
    const all = [policy("shop/a", cart), service("shop/cart")];
    expect(affected(all, all)).to.deep.equal([]);
    expect(affected(all, structuredClone(all))).to.deep.equal([]);
    const rule = object("DestinationRule", "shop/cart", { host: "cart" });
    expect(affected(all, [...all, rule])).to.deep.equal([]);
  });

  it("is what a changed object selects, before or after", () => {
    expect(affected([], [policy("shop/a", { ...cart, rules: [{}] })])).to.deep.equal(["shop/cart"]);
    expect(affected([policy("shop/a", cart)], [])).to.deep.equal(["shop/cart"]);
    const web = { selector: { matchLabels: { app: "web" } } };
    expect(affected([policy("shop/a", cart)], [policy("shop/a", web)])).to.deep.equal([
      "shop/cart",
      "shop/web",
    ]);
    expect(affected([service("shop/web")], [service("shop/web", { ports: [] })])).to.deep.equal(["shop/web"]);
  });

  it("is a namespace's for objects without a selector, and for the Namespace", () => {
    const shop = ["shop/cart", "shop/web"];
    expect(affected([], [policy("shop/a", {})])).to.deep.equal(shop);
    expect(affected([], [policy("shop/a", { ...cart, targetRefs: [{ kind: "Gateway" }] })])).to.deep.equal(
      shop,
    );
    expect(
      affected([], [object("EnvoyFilter", "shop/a", { workloadSelector: { labels: { app: "cart" } } })]),
    ).to.deep.equal(["shop/cart"]);
    expect(
      affected([], [object("EnvoyFilter", "shop/a", { targetRefs: [{ kind: "Gateway" }] })]),
    ).to.deep.equal(shop);
    expect(affected([], [object("Namespace", "shop", {})])).to.deep.equal(shop);
  });

  it("is everything for the root namespace, hosts that all see, and other settings", () => {
    const everything = ["shop/cart", "shop/web", "bank/ledger"];
    expect(affected([], [policy("istio-system/a", cart)])).to.deep.equal(everything);
    expect(affected([], [object("ServiceEntry", "shop/a", { hosts: ["a.example.com"] })])).to.deep.equal(
      everything,
    );
    expect(affected([], [object("HTTPRoute", "bank/a", {})])).to.deep.equal(everything);
    const other = readObjects([], { workloads, settings: { trustDomain: "other.example.com" } });
    const isAffected = affectedBy(model([]), other);
    expect(workloads.every((one) => isAffected([one, one]))).to.equal(true);
  });

  it("includes a workload that is itself another one", () => {
    const isAffected = affectedBy(model([]), model([]));
    const [one] = workloads;
    expect(one && isAffected([one, { ...one, proxy: "none" }])).to.equal(true);
  });
});
