import { expect } from "chai";
import { knownObject, missingHosts, type PlainObject, readObjects } from "../../effect";

const istio = (kind: string, spec: object): PlainObject => ({
  apiVersion: "networking.istio.io/v1",
  kind,
  metadata: { name: "rules", namespace: "shop" },
  spec,
});
const cart: PlainObject = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "cart", namespace: "shop" },
  spec: { selector: { app: "cart" }, ports: [{ name: "http", port: 80 }] },
};
const entry = istio("ServiceEntry", {
  hosts: ["stock.shop.svc.cluster.local", "*.eu.svc.cluster.local"],
  ports: [{ name: "http", number: 80, protocol: "HTTP" }],
  resolution: "NONE",
});
const model = readObjects([cart, entry]);
const missing = (kind: string, spec: object): string[] =>
  missingHosts(model, knownObject(istio(kind, spec))).map(({ path, host }) => `${path} ${host}`);

describe("effect: hosts that do not exist", () => {
  it("are hosts of the cluster without a Service or ServiceEntry", () => {
    const hosts = ["cart", "carts", "cart.other.svc.cluster.local", "*.shop.svc.cluster.local"];
    expect(missing("VirtualService", { hosts })).to.deep.equal([
      "spec.hosts[1] carts.shop.svc.cluster.local",
      "spec.hosts[2] cart.other.svc.cluster.local",
    ]);
    expect(missing("DestinationRule", { host: "carts" })).to.deep.equal([
      "spec.host carts.shop.svc.cluster.local",
    ]);
    expect(missing("DestinationRule", { host: "cart" })).to.deep.equal([]);
  });

  it("are none of those of a ServiceEntry, of the outside and of gateways alone", () => {
    const hosts = ["stock", "x.eu.svc.cluster.local", "api.example.com", "*", "*.local"];
    expect(missing("VirtualService", { hosts })).to.deep.equal([]);
    expect(missing("VirtualService", { hosts: ["carts"], gateways: ["public"] })).to.deep.equal([]);
    expect(missing("VirtualService", { hosts: ["carts"], gateways: ["public", "mesh"] })).to.deep.equal([
      "spec.hosts[0] carts.shop.svc.cluster.local",
    ]);
    // A delegate has no hosts, and a Sidecar is for none.
    expect(missing("VirtualService", { http: [] })).to.deep.equal([]);
    expect(missing("Sidecar", { hosts: ["carts"] })).to.deep.equal([]);
  });
});
