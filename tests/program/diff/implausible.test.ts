import { expect } from "chai";
import { changesBetween } from "../../../program/diff/changes";
import { sideOfSources } from "../../../cli/side";
import type { PlainObject } from "../../../effect";
import { object } from "../../effect/objects";

const pods = (name: string, labels: object = {}, annotations: object = {}): PlainObject =>
  object("Deployment", `shop/${name}`, {
    template: {
      metadata: { labels: { app: name, ...labels }, annotations },
      spec: { serviceAccountName: name, containers: [{ name, ports: [{ containerPort: 8080 }] }] },
    },
  });
const named = (source: PlainObject, name: string): PlainObject => ({
  ...source,
  metadata: { ...(source.metadata as object), name },
});
const ports = [{ name: "http", port: 8080 }];
const injected = object("Namespace", "shop", {}, { labels: { "istio-injection": "enabled" } });
const routes = (spec: object): PlainObject => object("VirtualService", "shop/cart", spec);
const toSubset = (subset: string, more: object = {}): PlainObject =>
  routes({ hosts: ["cart"], http: [{ ...more, route: [{ destination: { host: "cart", subset } }] }] });
const subsets = (v1: string): PlainObject =>
  object("DestinationRule", "shop/cart", {
    host: "cart",
    subsets: [
      { name: "v1", labels: { version: v1 } },
      { name: "v2", labels: { version: "v2" } },
    ],
  });
const mode = (text: string): PlainObject =>
  object("PeerAuthentication", "shop/default", { mtls: { mode: text } });
const shop = [
  injected,
  pods("web"),
  named(pods("cart", { version: "v1" }), "cart-v1"),
  named(pods("cart", { version: "v2" }), "cart-v2"),
  object("Service", "shop/cart", { selector: { app: "cart" }, ports }),
  object("Service", "shop/web", { selector: { app: "web" }, ports }),
];

/** Verdicts and sentences of a change of some objects of the shop. */
function changes(before: readonly PlainObject[], after: readonly PlainObject[], base = shop): string[] {
  const side = (objects: readonly PlainObject[]) =>
    sideOfSources("objects", { objects: [...base, ...objects].map((one) => ({ object: one, at: [] })) });
  return changesBetween(side(before), side(after)).map(({ verdict, sentence }) => `${verdict} ${sentence}`);
}

/** The cases of https://istio.io/latest/blog/2026/who-gives-progressive-delivery-to-istio/. */
describe("program/diff: valid changes with an implausible effect", () => {
  it("are a VirtualService whose host no caller uses any more", () => {
    const http = [{ timeout: "2s", route: [{ destination: { host: "cart" } }] }];
    const of = (host: string) => routes({ hosts: [host], http });
    expect(changes([of("cart")], [of("carts")])).to.include(
      "changed requests to cart.shop.svc.cluster.local:8080 are routed in another way",
    );
  });

  it("are pages of every origin that may read responses", () => {
    const of = (corsPolicy: object) =>
      routes({ hosts: ["cart"], http: [{ corsPolicy, route: [{ destination: { host: "cart" } }] }] });
    const app = { allowOrigins: [{ exact: "https://app.example.com" }] };
    expect(
      changes([of(app)], [of({ allowOrigins: [{ regex: ".*" }], allowCredentials: true })]),
    ).to.deep.equal([
      "wider requests to cart.shop.svc.cluster.local:8080 have a CORS policy that allows web pages more",
    ]);
    expect(changes([of(app)], [of({ ...app, maxAge: "1h" })])).to.deep.equal([
      "changed requests to cart.shop.svc.cluster.local:8080 are routed in another way",
    ]);
  });

  it("are a subset that selects other pods", () => {
    expect(changes([toSubset("v1"), subsets("v1")], [toSubset("v1"), subsets("v2")])).to.include.members([
      "changed requests to cart.shop.svc.cluster.local subset v1 now also reach shop/cart-v2",
      "unreached shop/cart-v1 receives no requests any more",
    ]);
  });

  it("are a route to a subset that does not exist, and to none of the subsets", () => {
    expect(changes([toSubset("v1"), subsets("v1")], [toSubset("v9"), subsets("v1")])).to.deep.equal([
      "unrouted requests to cart.shop.svc.cluster.local:8080 end at the client's proxy",
      "unreached shop/cart-v1 receives no requests any more",
    ]);
  });

  it("are a version whose last route is gone", () => {
    const both = routes({
      hosts: ["cart"],
      http: [
        {
          route: [
            { destination: { host: "cart", subset: "v1" }, weight: 90 },
            { destination: { host: "cart", subset: "v2" }, weight: 10 },
          ],
        },
      ],
    });
    expect(changes([both, subsets("v1")], [toSubset("v1"), subsets("v1")])).to.include(
      "unreached shop/cart-v2 receives no requests any more",
    );
    // A route by a header is one that requests can take.
    const byHeader = routes({
      hosts: ["cart"],
      http: [
        {
          match: [{ headers: { canary: { exact: "1" } } }],
          route: [{ destination: { host: "cart", subset: "v2" } }],
        },
        { route: [{ destination: { host: "cart", subset: "v1" } }] },
      ],
    });
    expect(changes([both, subsets("v1")], [byHeader, subsets("v1")]).join()).not.to.include("unreached");
  });

  it("are a caller without a proxy, whom STRICT denies", () => {
    const found = changes([mode("PERMISSIVE")], [mode("STRICT")]);
    expect(found).to.include.members([
      "stronger mutual TLS of shop/cart port 8080 is stronger",
      "narrower a client without an identity may no longer GET shop/cart",
    ]);
  });
});
