import { expect } from "chai";
import { decided, elsewhere, limited, notRedirected, wildcard } from "../../checks/rules/challengeReached";
import { foundBy } from "./found";

const at = (host: string, gateway = "public"): string => `gateways.${gateway}.hosts["${host}"]`;
const shop = "shop.example.com";
const route = { prefix: "/", service: "web" };
const https = { tls: { credentialName: "shop" }, routes: [route], acmeHttp01: true };

/** The findings about hosts with a challenge, which get the fields that are given. */
function found(hosts: Record<string, object>, gateways: object = {}, more: object = {}): string[] {
  const services = {
    web: { ports: { http: { port: 8080, protocol: "http" } } },
    broker: { ports: { tls: { port: 8883, protocol: "tls" } } },
    opa: { ports: { grpc: { port: 9191, protocol: "grpc" } } },
  };
  const own = Object.entries(hosts).map(([host, fields]) => [host, { ...https, ...fields }] as const);
  return foundBy("MW536", {
    name: "shop",
    services,
    gateways: { public: { hosts: Object.fromEntries(own) }, ...gateways },
    extensionProviders: { opa: { envoyExtAuthzGrpc: { service: "opa" } } },
    ...more,
  });
}

describe("the check of ACME challenges", () => {
  it("accepts hosts of one gateway with TLS on port 443", () => {
    expect(found({ [shop]: {}, "www.example.com": { port: 443 } })).to.deep.equal([]);
    const mutual = { tls: { mode: "MUTUAL", credentialName: "shop" } };
    expect(found({ [shop]: mutual })).to.deep.equal([]);
  });

  it("finds hosts whose plain HTTP is not redirected, unless they don't set acmeHttp01", () => {
    const missing = [`${at(shop)}.acmeHttp01: ${notRedirected().message}`];
    for (const fields of [{ port: 8443 }, { tls: { mode: "DISABLE" } }]) {
      expect(found({ [shop]: fields }), JSON.stringify(fields)).to.deep.equal(missing);
      expect(found({ [shop]: { ...fields, acmeHttp01: undefined } })).to.deep.equal([]);
    }
  });

  it("leaves hosts for connections to their own check, and hosts with an invalid port or tls", () => {
    const passed = { tls: { mode: "PASSTHROUGH" }, routes: [{ prefix: "/", service: "broker" }] };
    for (const fields of [passed, { port: "8443" }, { port: 8443, tls: { credentialName: 5 } }]) {
      expect(found({ [shop]: fields }), JSON.stringify(fields)).to.deep.equal([]);
    }
  });

  it("finds names with a wildcard, which HTTP-01 can't prove", () => {
    expect(found({ "*.example.com": {} })).to.deep.equal([
      `${at("*.example.com")}.acmeHttp01: ${wildcard("*.example.com").message}`,
    ]);
    expect(found({ "*.example.com": { port: 8443 } })).to.deep.equal([
      `${at("*.example.com")}.acmeHttp01: ${notRedirected().message}`,
    ]);
  });

  it("finds a host at another gateway than the first, unless both gateways have the same pods", () => {
    const other = { hosts: { "www.example.com": https } };
    expect(found({ [shop]: {} }, { second: { ...other, release: "istio-second" } })).to.deep.equal([
      `${at("www.example.com", "second")}.acmeHttp01: ${elsewhere(at(shop)).message}`,
    ]);
    expect(found({ [shop]: {} }, { second: other })).to.deep.equal([]);
  });

  it("finds routes with lists of addresses, which apply to the challenge, too", () => {
    for (const list of [{ ipBlocks: ["192.0.2.0/24"] }, { notIpBlocks: ["192.0.2.0/24"] }]) {
      expect(found({ [shop]: { routes: [{ ...route, ...list }] } })).to.deep.equal([
        `${at(shop)}.acmeHttp01: ${limited(`${at(shop)}.routes[0]`).message}`,
      ]);
    }
    const hosts = { [shop]: { routes: [{ ...route, ipBlocks: ["192.0.2.0/24"] }], port: 8443 } };
    expect(found(hosts)).to.have.lengthOf(2);
  });

  it("finds an external authorizer that decides the challenge, too", () => {
    const missing = [`${at(shop)}.extAuthz.notPaths: ${decided().message}`];
    const challenge = "/.well-known/acme-challenge/*";
    const decides = (extAuthz: object): string[] =>
      found({ [shop]: { extAuthz: { provider: "opa", ...extAuthz } } });
    for (const paths of [undefined, ["/*"], [challenge], ["/admin", "/.well-known/acme-challenge/token"]]) {
      expect(decides(paths ? { paths } : {}), String(paths)).to.deep.equal(missing);
    }
    expect(decides({ notPaths: ["/admin"] })).to.deep.equal(missing);
    expect(decides({ notPaths: ["/.well-known/acme-challenge/token"] })).to.deep.equal(missing);
    for (const notPaths of [[challenge], ["/admin", "/.well-known/*"]]) {
      expect(decides({ notPaths }), notPaths.join()).to.deep.equal([]);
    }
    expect(decides({ paths: ["/admin", "/api/*"] })).to.deep.equal([]);
    expect(decides({ paths: ["/*"], notPaths: [challenge] })).to.deep.equal([]);
  });
});
