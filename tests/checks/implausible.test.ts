import { expect } from "chai";
import { stringify } from "yaml";
import type { PlainObject } from "../../effect";
import { checkMesh, renderMesh } from "../../mesh";
import { text as refers } from "../../checks/rules/overrideRefers";
import { noPods, otherPods } from "../../checks/rules/overrideSubsetPods";
import { audited } from "../cli/audit/audited";

const ports = { http: { port: 8080, protocol: "http" } };
const image = (name: string) => ({ image: `registry.example.com/${name}:1.0.0` });
const shop = (overrides: object = {}): Shop => ({
  name: "shop",
  services: {
    web: { ports, workload: image("web"), calls: { cart: { methods: ["GET"] } } },
    cart: {
      ports,
      workload: image("cart"),
      versions: { v1: {}, v2: {} },
      traffic: { weights: { v1: 90, v2: 10 } },
    },
  },
  overrides,
});

interface Shop {
  name: string;
  services: Record<string, Record<string, unknown>>;
  overrides: object;
  [field: string]: unknown;
}

/** Codes of what `check` finds in a catalog. */
const checked = (catalog: object): string[] =>
  [...new Set(checkMesh(catalog).findings.map(({ code }) => code))].sort();

/** What `audit` finds in the objects of the shop as YAML that it does not find without the change of one object. */
function auditedObjects(kind: string, name: string, change: (object: Editable) => void): string[] {
  const { mesh } = checkMesh(shop());
  if (mesh === undefined) throw new Error("errors");
  const found = (edit: (object: Editable) => void): Set<string> => {
    const objects = JSON.parse(JSON.stringify(renderMesh(mesh))) as Editable[];
    objects.filter((object) => object.kind === kind && object.metadata.name === name).forEach(edit);
    const text = objects.map((object) => stringify(object, { compat: "yaml-1.1" })).join("---\n");
    return new Set(
      audited(text, { complete: true })
        .findings.filter(({ code }) => code.startsWith("MW"))
        .map(({ code, object }) => `${code} ${object?.kind ?? ""} ${object?.name ?? ""}`),
    );
  };
  const without = found(() => undefined);
  return [...found(change)].filter((one) => !without.has(one)).sort();
}

interface Editable extends PlainObject {
  readonly metadata: { readonly name: string };
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- any part of any object
  spec: any;
}

/* eslint-disable @typescript-eslint/no-unsafe-member-access -- any part of any object */
describe("implausible effects, before anything changes", () => {
  it("are none in the shop", () => {
    expect(checked(shop())).to.deep.equal([]);
  });

  it("are a route that leads nowhere", () => {
    const catalog = shop();
    catalog.services.cart = { ...catalog.services.cart, traffic: { weights: { v1: 90, v3: 10 } } };
    expect(checked(catalog)).to.deep.equal(["MW104"]);
    const destination = { host: "cart", subset: "v3" };
    const routed = (to: object): object =>
      shop({ VirtualService: { "shop/cart": { spec: { http: [{ route: [{ destination: to }] }] } } } });
    expect(checked(routed(destination))).to.deep.equal(["MW361"]);
    for (const host of ["carts", "carts.shop.svc.cluster.local"]) {
      expect(checked(routed({ host })), host).to.deep.equal(["MW914"]);
    }
    expect(checked(routed({ host: "carts.other.svc.cluster.local" }))).to.deep.equal([]);
    const yaml = auditedObjects("VirtualService", "cart", ({ spec }) => {
      spec.http[0].route[0].destination.subset = "v3";
    });
    expect(yaml).to.deep.equal(["MW924 VirtualService cart"]);
  });

  it("are a route for a host that does not exist, which applies to no request", () => {
    const override = { VirtualService: { "shop/cart": { spec: { hosts: ["carts"] } } } };
    const { findings } = checkMesh(shop(override));
    expect(findings.map(({ code, path, message }) => `${code} ${path} ${message}`)).to.deep.equal([
      `MW918 overrides.VirtualService["shop/cart"] ${refers(["no Service or ServiceEntry with the host carts.shop.svc.cluster.local"]).message}`,
    ]);
    const elsewhere = {
      VirtualService: { "shop/cart": { spec: { hosts: ["cart", "carts.other.svc.cluster.local"] } } },
    };
    expect(checked(shop(elsewhere))).to.deep.equal([]);
    for (const kind of ["VirtualService", "DestinationRule"]) {
      const found = auditedObjects(kind, "cart", ({ spec }) => {
        if (kind === "VirtualService") spec.hosts = ["cart", "carts"];
        else spec.host = "carts.shop.svc.cluster.local";
      });
      expect(found, kind).to.include(`MW335 ${kind} cart`);
    }
  });

  it("are a service that is cut off", () => {
    const catalog = shop();
    catalog.services.basket = { ports, workload: image("basket") };
    expect(checked(catalog)).to.deep.equal(["MW111"]);
    const override = { AuthorizationPolicy: { "shop/cart": { spec: { rules: [] } } } };
    expect(checked(shop(override))).to.deep.equal(["MW912"]);
    const yaml = auditedObjects("AuthorizationPolicy", "cart", ({ spec }) => {
      spec.rules = [];
    });
    expect(yaml).to.deep.equal(["MW936 Deployment cart-v1", "MW936 Deployment cart-v2"]);
  });

  it("are a caller without a proxy, whom STRICT refuses", () => {
    const labels = { "sidecar.istio.io/inject": "false" };
    const override = { Deployment: { "shop/web": { spec: { template: { metadata: { labels } } } } } };
    expect(checked(shop(override))).to.deep.equal(["MW913"]);
    const plaintext = {
      DestinationRule: { "shop/cart": { spec: { trafficPolicy: { tls: { mode: "DISABLE" } } } } },
    };
    expect(checked(shop(plaintext))).to.deep.equal(["MW910"]);
    const yaml = auditedObjects("Deployment", "web", ({ spec }) => {
      Object.assign(spec.template.metadata.labels, labels);
    });
    expect(yaml).to.deep.equal(["MW938 Deployment web"]);
  });

  it("are a subset without pods, or with the pods of another one", () => {
    const catalog = shop();
    const alike = { v1: { labels: { track: "a" } }, v2: { labels: { track: "a" } } };
    catalog.services.cart = { ...catalog.services.cart, versions: alike };
    expect(checked(catalog)).to.include("MW374");
    for (const [version, message] of [
      ["v2", otherPods("cart", "v1", ['"v2"']).message],
      ["v9", noPods("cart", "v1").message],
    ] as const) {
      const subsets = [
        { name: "v1", labels: { version } },
        { name: "v2", labels: { version: "v2" } },
      ];
      const { findings } = checkMesh(shop({ DestinationRule: { "shop/cart": { spec: { subsets } } } }));
      expect(findings.map((one) => `${one.code} ${one.message}`)).to.deep.equal([`MW337 ${message}`]);
    }
    const yaml = auditedObjects("DestinationRule", "cart", ({ spec }) => {
      spec.subsets[0].labels = { version: "v9" };
    });
    expect(yaml).to.deep.equal(["MW925 DestinationRule cart"]);
  });
});
