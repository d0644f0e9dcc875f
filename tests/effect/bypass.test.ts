import { expect } from "chai";
import { changes, deployment, meshOf } from "./meshOf";
import { object, service } from "./objects";

const closed = { outboundTrafficPolicy: { mode: "REGISTRY_ONLY" } };
const traffic = "traffic.sidecar.istio.io";
const of = (annotations: Readonly<Record<string, string>>, config: object = closed) =>
  meshOf([deployment("web", annotations), deployment("cart"), service("shop/cart")], config);
const opened = (annotations: Readonly<Record<string, string>>, config: object = closed): string[] =>
  changes("egress opened", of({}, config), of(annotations, config));

describe("effect/bypass", () => {
  it("lets requests leave a mesh of REGISTRY_ONLY beside the proxy", () => {
    const beside = "web: REGISTRY_ONLY -> connections to port";
    expect(opened({ [`${traffic}/excludeOutboundPorts`]: "5432" })).to.deep.equal([
      `${beside} 5432 bypass the proxy`,
    ]);
    expect(opened({ "sidecar.istio.io/interceptionMode": "NONE" })).to.deep.equal([
      `${beside} 443 bypass the proxy`,
    ]);
    expect(opened({ "proxy.istio.io/config": "interceptionMode: NONE" })).to.have.length(1);
    expect(opened({ "proxy.istio.io/config": '{ "interceptionMode": "NONE" }' })).to.have.length(1);
    expect(opened({ [`${traffic}/excludeOutboundIPRanges`]: "0.0.0.0/0" })).to.deep.equal([
      "web: REGISTRY_ONLY -> some connections to port 443 bypass the proxy",
    ]);
  });

  it("changes nothing where proxies receive the connections, or any host may be called anyway", () => {
    expect(opened({ "sidecar.istio.io/interceptionMode": "TPROXY" })).to.deep.equal([]);
    expect(opened({ "proxy.istio.io/config": "concurrency: 2" })).to.deep.equal([]);
    expect(opened({ [`${traffic}/includeOutboundPorts`]: "5432" })).to.deep.equal([]);
    expect(opened({ [`${traffic}/excludeOutboundPorts`]: "5432" }, {})).to.deep.equal([]);
    const excluded = { [`${traffic}/excludeOutboundPorts`]: "5432" };
    expect(changes("egress closed", of(excluded), of({}))).to.deep.equal([
      "web: connections to port 5432 bypass the proxy -> REGISTRY_ONLY",
    ]);
  });

  it("leaves the other ports to the proxy", () => {
    const annotations = { [`${traffic}/excludeOutboundPorts`]: "443" };
    const open = of(annotations, { outboundTrafficPolicy: { mode: "ALLOW_ANY" } });
    expect(changes("egress opened", of(annotations), open)).to.include("web: REGISTRY_ONLY -> ALLOW_ANY");
  });

  it("sends requests to services of the mesh beside the proxy, too", () => {
    const found = changes("route changed", of({}), of({ [`${traffic}/excludeOutboundPorts`]: "80" }));
    expect(found).to.have.length(1);
    expect(found[0]).to.match(/^web: outcome forwarded.* -> outcome passed through$/);
  });

  it("lets pods without interception receive requests that STRICT mutual TLS would deny", () => {
    const strict = object("PeerAuthentication", "shop/default", { mtls: { mode: "STRICT" } });
    const pods = (annotations: Readonly<Record<string, string>>) =>
      meshOf([strict, deployment("web", annotations)]);
    expect(
      changes("access gained", pods({}), pods({ "sidecar.istio.io/interceptionMode": "NONE" })),
    ).to.deep.equal([
      "web: denied: mutual TLS required (PeerAuthentication shop/default) -> allowed: no proxy",
    ]);
  });

  it("is not what happens without automatic mutual TLS: the proxy sends plaintext then", () => {
    expect(changes("mTLS weaker", of({}), of({}, { ...closed, enableAutoMtls: false }))).to.deep.equal([
      "cart: TLS auto to cart.shop.svc.cluster.local:80 -> TLS none to cart.shop.svc.cluster.local:80",
      "web: TLS auto to cart.shop.svc.cluster.local:80 -> TLS none to cart.shop.svc.cluster.local:80",
    ]);
  });
});
