import { expect } from "chai";
import { knownObject, readObjects, standIns } from "../../effect";
import { object as objectOf } from "./objects";

const object = (kind: string, name: string, spec: object) => objectOf(kind, `shop/${name}`, spec);

const service = (name: string, selector: object) => object("Service", name, { selector });
const policy = (name: string, matchLabels?: object) =>
  object("AuthorizationPolicy", name, matchLabels ? { selector: { matchLabels } } : {});
const assumed = (...objects: readonly ReturnType<typeof object>[]): string[] =>
  standIns(objects.map(knownObject), readObjects(objects).workloads).map(
    ({ name, namespace, labels, proxy = "sidecar" }) =>
      `${namespace}/${name} ${JSON.stringify(labels)}${proxy === "sidecar" ? "" : ` ${proxy}`}`,
  );

describe("effect/standIns", () => {
  it("are one for each selector that selects no known pod, with the Service's name", () => {
    expect(assumed(policy("p", { app: "cart" }), service("basket", { app: "cart" }))).to.deep.equal([
      'shop/basket {"app":"cart"}',
    ]);
    expect(assumed(policy("p", { "app.kubernetes.io/name": "cart", app: "x" }))).to.deep.equal([
      'shop/cart {"app.kubernetes.io/name":"cart","app":"x"}',
    ]);
    expect(assumed(policy("one", { app: "cart" }), policy("two", { app: "cart" }))).to.have.length(1);
    expect(assumed(policy("one", { app: "a" }), policy("two", { tier: "a" }))).to.deep.equal([
      'shop/a {"app":"a"}',
      'shop/a-2 {"tier":"a"}',
    ]);
  });

  it("are none where an object creates the pods", () => {
    const template = { metadata: { labels: { app: "cart" } }, spec: { containers: [] } };
    const deployment = object("Deployment", "cart", { template });
    expect(assumed(deployment, policy("p", { app: "cart" }), service("cart", { app: "cart" }))).to.deep.equal(
      [],
    );
    expect(assumed(deployment, policy("p", { app: "web" }))).to.deep.equal(['shop/web {"app":"web"}']);
  });

  it("are one named * for a namespace whose objects name no labels", () => {
    expect(assumed(policy("deny-all"))).to.deep.equal(["shop/* {}"]);
    expect(assumed(objectOf("Namespace", "shop", {}))).to.deep.equal([]);
    expect(assumed(policy("deny-all"), policy("p", { app: "cart" }))).to.deep.equal([
      'shop/cart {"app":"cart"}',
    ]);
  });

  it("are gateways where a Gateway selects them, also by another object's namespace", () => {
    const selector = { istio: "ingressgateway" };
    const gateway = object("Gateway", "public", { selector });
    expect(assumed(gateway)).to.deep.equal(['shop/ingressgateway {"istio":"ingressgateway"} gateway']);
    expect(assumed(gateway, service("edge", selector))).to.deep.equal([
      'shop/edge {"istio":"ingressgateway"} gateway',
    ]);
  });

  it("leave out what selects pods not by labels alone", () => {
    const matchExpressions = [{ key: "app", operator: "Exists" }];
    expect(assumed(object("NetworkPolicy", "n", { podSelector: { matchExpressions } }))).to.deep.equal([
      "shop/* {}",
    ]);
  });
});
