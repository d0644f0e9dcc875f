import { expect } from "chai";
import fc from "fast-check";
import { creationOrder, objectKey } from "../../components/order";
import type { Manifest } from "../../mesh";

const object = (
  kind: string,
  name: string,
  spec: object = {},
  namespace: string | undefined = "shop",
): Manifest => ({
  apiVersion: "example/v1",
  kind,
  metadata: { name, namespace },
  spec,
});
const namespace: Manifest = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } };
const rule = object("DestinationRule", "cart", { host: "cart.shop.svc.cluster.local" });
const other = object("DestinationRule", "web", { host: "web" });
const gateway = object("Gateway", "edge");
const route = object("VirtualService", "cart", {
  gateways: ["edge", "mesh"],
  http: [{ route: [{ destination: { host: "cart" } }], mirror: { host: "web.shop.svc.cluster.local" } }],
});
const deployment = object("Deployment", "cart", {
  template: { metadata: { labels: { app: "cart" } }, spec: { serviceAccountName: "cart" } },
});
const account = object("ServiceAccount", "cart");
const guardAll = object("AuthorizationPolicy", "default-deny");
const guardCart = object("AuthorizationPolicy", "cart", { selector: { matchLabels: { app: "cart" } } });
const guardWeb = object("AuthorizationPolicy", "web", { selector: { matchLabels: { app: "web" } } });
const network = object("NetworkPolicy", "cart", { podSelector: { matchLabels: { app: "cart" } } });
const sidecar = object("Sidecar", "cart", { workloadSelector: { labels: { app: "cart" } } });
const elsewhere = object("PeerAuthentication", "default", {}, "istio-system");
const all = [
  ...[namespace, rule, other, gateway, route, deployment],
  ...[account, guardAll, guardCart, guardWeb, network, sidecar, elsewhere],
];

describe("components/order", () => {
  const after = (one: Manifest, objects = all): string[] | undefined =>
    creationOrder(objects).get(objectKey(one));

  it("puts an object after its namespace, if that is there", () => {
    expect(after(rule)).to.deep.equal(["Namespace/shop"]);
    expect(after(elsewhere)).to.deep.equal([]);
    expect(after(namespace)).to.deep.equal([]);
  });

  it("puts a route after the rules of all its hosts, mirrors too, and its gateways", () => {
    expect(after(route)).to.deep.equal([
      "Namespace/shop",
      "DestinationRule/shop/cart",
      "DestinationRule/shop/web",
      "Gateway/shop/edge",
    ]);
  });

  it("puts a workload after its account and the policies that guard it, not after others", () => {
    expect(after(deployment)).to.deep.equal([
      "Namespace/shop",
      "ServiceAccount/shop/cart",
      "AuthorizationPolicy/shop/default-deny",
      "AuthorizationPolicy/shop/cart",
      "NetworkPolicy/shop/cart",
      "Sidecar/shop/cart",
    ]);
  });

  it("never waits for a missing object, nor in a cycle, for any objects", () => {
    fc.assert(
      fc.property(fc.subarray(all), (objects) => {
        const order = creationOrder(objects);
        const done = new Set<string>();
        const visit = (key: string, path: string[]): void => {
          expect(path).to.not.include(key);
          expect(order.has(key), key).to.equal(true);
          if (done.has(key)) return;
          for (const before of order.get(key) ?? []) visit(before, [...path, key]);
          done.add(key);
        };
        for (const key of order.keys()) visit(key, []);
        expect(done.size).to.equal(objects.length);
      }),
    );
  });
});
