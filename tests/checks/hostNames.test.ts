import { expect } from "chai";
import { fixes } from "../../checks/rules/nameValid";
import { checkMesh } from "../../mesh";

const http = { port: 8080, protocol: "http" };

const secret = { credentialName: "shop" };

/** Findings of a catalog with one host. */
const found = (host: string, tls: unknown): string[] =>
  checkMesh({
    name: "shop",
    services: { web: { ports: { http } } },
    gateways: { public: { hosts: { [host]: { tls, routes: [{ prefix: "/", service: "web" }] } } } },
  }).findings.map(({ code, path, fix }) => `${code} ${path}: ${fix}`);

describe("checks of gateway hosts", () => {
  it("refuse addresses and hosts that end in digits, which istiod refuses", () => {
    for (const host of ["10.0.0.1", "shop.1", "*.example.2"]) {
      expect(found(host, secret).filter((one) => one.startsWith("MW105"))).to.deep.equal([
        `MW105 gateways.public.hosts["${host}"]: ${fixes.numericGatewayHost}`,
      ]);
    }
    expect(found("1.example.com", secret)).to.deep.equal([]);
    expect(found("shop.s3", secret)).to.deep.equal([]);
  });

  it("show the host of a URL, and of a name with a port, capitals or a final dot", () => {
    for (const host of [
      ...["https://api.example.com", "http://API.example.com/v1?x=1", "api.example.com:8443"],
      ...["Api.Example.com", "api.example.com."],
    ]) {
      expect(found(host, secret).filter((one) => one.startsWith("MW105"))).to.deep.equal([
        `MW105 gateways.public.hosts["${host}"]: ${fixes.bareHost("api.example.com")}`,
      ]);
    }
    for (const host of ["*", "localhost", "a b.example.com", "https://"]) {
      expect(found(host, secret).join()).to.contain(fixes.gatewayHost);
    }
  });

  it("say for a host without tls what a certificate or a load balancer in front needs", () => {
    const fix =
      'write { credentialName: "…" } with the Secret of the host\'s certificate, or { mode: "DISABLE", terminatedBy: "loadBalancer" } if a load balancer in front terminates TLS';
    const at = 'gateways.public.hosts["shop.example.com"].tls';
    expect(found("shop.example.com", undefined)).to.include(`MW003 ${at}: ${fix}`);
    expect(found("shop.example.com", "SIMPLE")).to.include(`MW001 ${at}: ${fix}`);
    // Unknown fields keep their own fix.
    expect(found("shop.example.com", { credentialName: "shop", cipherSuites: [] }).join()).to.contain(
      "use one of",
    );
  });

  it("refuse Secrets that Istio reads as CA certificates only", () => {
    const host = 'gateways.public.hosts["shop.example.com"]';
    expect(found("shop.example.com", { credentialName: "shop-cacert" })).to.deep.equal([
      `MW105 ${host}.tls.credentialName: ${fixes.secretOfCa}`,
    ]);
    const mutual = { mode: "MUTUAL", credentialName: "shop", caCertCredentialName: "clients-cacert" };
    expect(found("shop.example.com", mutual)).to.deep.equal([]);
    expect(found("shop.example.com", { credentialName: "shop-cacerts" })).to.deep.equal([]);
  });
});
