import { expect } from "chai";
import { type MeshDefinition, normalize } from "../../catalog";
import { gatewayProxies } from "../../catalog/gatewayProxies";

function proxies(gateways: object, externalServices: object = {}) {
  const mesh = normalize({
    name: "shop",
    services: { web: { ports: { http: { port: 8080, protocol: "http" } } } },
    gateways,
    externalServices,
  } as unknown as MeshDefinition);
  return gatewayProxies(mesh).map(({ gateways: own, ...one }) => ({
    ...one,
    gateways: own.map(({ name }) => name),
  }));
}

const hosts = (host: string): object => ({
  hosts: { [host]: { tls: { credentialName: "a" }, routes: [{ prefix: "/", service: "web" }] } },
});
const bank = { host: "bank.example.com", ports: { https: { port: 443, protocol: "tls" } } };

describe("catalog/gatewayProxies", () => {
  it("are those of each Helm release, whichever gateways have it", () => {
    expect(proxies({ b: hosts("b.example.com"), a: hosts("a.example.com") })).to.deep.equal([
      {
        name: "istio-ingress-shop",
        namespace: "istio-ingress",
        serviceAccount: "istio-ingress",
        service: "istio-ingress",
        selector: { istio: "ingress" },
        gateways: ["a", "b"],
        paths: ["gateways.a", "gateways.b"],
      },
    ]);
  });

  it("are those of another installer, which have no Service in the catalog", () => {
    const pods = { namespace: "edge", serviceAccount: "edge-pods", selector: { app: "edge" } };
    expect(
      proxies({ a: { ...pods, ...hosts("a.example.com") }, b: hosts("b.example.com") })[0],
    ).to.deep.equal({
      ...pods,
      name: "a-shop",
      gateways: ["a"],
      paths: ["gateways.a"],
    });
  });

  it("are those of the egress gateway, if a service needs it", () => {
    expect(proxies({}, { bank })).to.deep.equal([]);
    const vault = { ...bank, host: "vault.example.com", egressGateway: true };
    expect(proxies({}, { bank, vault })).to.deep.equal([
      {
        name: "istio-egress-shop",
        namespace: "istio-egress",
        serviceAccount: "istio-egress",
        service: "istio-egress",
        selector: { istio: "egress" },
        gateways: [],
        paths: ["externalServices.vault"],
      },
    ]);
  });
});
