import { expect } from "chai";
import {
  decidesItself,
  hostNotMatched,
  otherProtocol,
  severalProviders,
  throughEgressGateway,
} from "../../checks/rules/providerReached";
import type { ExtensionProvider } from "../../catalog";
import { foundBy } from "./found";

const http = { port: 8080, protocol: "http" };

/** The findings about the provider `opa`, a service with one port. */
function found(kind: string, protocol: string, more: object = {}, opa: object = {}): string[] {
  return foundBy("MW328", {
    name: "shop",
    services: {
      web: { ports: { http }, extAuthz: { provider: "opa" } },
      opa: { ports: { port: { port: 9191, protocol } }, ...opa },
    },
    extensionProviders: { opa: { [kind]: { service: "opa" } } },
    ...more,
  });
}

describe("the check of external authorizers", () => {
  const textOf = (kind: string, protocol: string): { message: string; fix: string } =>
    otherProtocol({ kind, service: "opa", port: { name: "port", protocol } } as unknown as ExtensionProvider);

  it("accepts the protocols that proxies can ask each kind of provider over", () => {
    const allowed = { envoyExtAuthzGrpc: ["grpc", "http2"], envoyExtAuthzHttp: ["http", "http2"] };
    for (const [kind, protocols] of Object.entries(allowed)) {
      for (const protocol of ["http", "http2", "grpc", "tcp", "mongo"]) {
        const expected = protocols.includes(protocol)
          ? []
          : [`extensionProviders.opa.${kind}: ${textOf(kind, protocol).message}`];
        expect(found(kind, protocol), `${kind} ${protocol}`).to.deep.equal(expected);
      }
    }
    expect(textOf("envoyExtAuthzGrpc", "http")).to.deep.equal({
      message: 'proxies send gRPC requests, and the port "port" of "opa" has the protocol http',
      fix: "name a port with the protocol grpc or http2",
    });
    expect(textOf("envoyExtAuthzHttp", "grpc")).to.deep.equal({
      message: 'proxies send HTTP requests, and the port "port" of "opa" has the protocol grpc',
      fix: "name a port with the protocol http or http2",
    });
  });

  it("leaves a provider or service with an invalid value unjudged", () => {
    expect(found("envoyExtAuthzGrpc", "http", {}, { labels: 5, selector: 5 })).to.deep.equal([]);
    const extensionProviders = { opa: { envoyExtAuthzGrpc: { service: "opa", timeout: "1" } } };
    expect(found("envoyExtAuthzGrpc", "http", { extensionProviders })).to.deep.equal([]);
  });

  it("finds a provider that decides its own requests, but not one that another provider decides", () => {
    const extAuthz = { provider: "opa" };
    expect(found("envoyExtAuthzHttp", "http", {}, { extAuthz })).to.deep.equal([
      `services.opa.extAuthz: ${decidesItself("opa").message}`,
    ]);
    const other = {
      opa: { envoyExtAuthzHttp: { service: "opa" } },
      keys: { envoyExtAuthzHttp: { service: "web" } },
    };
    expect(
      found("envoyExtAuthzHttp", "http", { extensionProviders: other }, { extAuthz: { provider: "keys" } }),
    ).to.deep.equal([]);
  });

  it("finds a provider behind the egress gateway", () => {
    const external = (egressGateway: boolean, name = "bank"): string[] =>
      found("envoyExtAuthzHttp", "http", {
        externalServices: {
          bank: { host: "bank.example.com", ports: { http: { port: 80, protocol: "http" } } },
          [name]: {
            host: `${name}.example.com`,
            ports: { http: { port: 81, protocol: "http" } },
            egressGateway,
          },
        },
        extensionProviders: { opa: { envoyExtAuthzHttp: { service: "bank" } } },
      });
    expect(external(true)).to.deep.equal([
      `extensionProviders.opa.envoyExtAuthzHttp.service: ${throughEgressGateway("bank").message}`,
    ]);
    expect(external(false)).to.deep.equal([]);
    expect(external(true, "other")).to.deep.equal([]);
  });

  it("finds several providers of a gateway's pods, sorted, and hosts with a wildcard", () => {
    const host = (provider: string): object => ({
      tls: { credentialName: "a" },
      routes: [{ prefix: "/", service: "web" }],
      extAuthz: { provider },
    });
    const extensionProviders = {
      opa: { envoyExtAuthzHttp: { service: "opa" } },
      keys: { envoyExtAuthzHttp: { service: "opa" } },
    };
    const gateways = (hosts: object): string[] =>
      found("envoyExtAuthzHttp", "http", { extensionProviders, gateways: { public: { hosts } } });
    const at = (name: string): string => `gateways.public.hosts["${name}"].extAuthz`;
    expect(gateways({ "a.example.com": host("opa"), "b.example.com": host("keys") })).to.deep.equal([
      `${at("a.example.com")}.provider: ${severalProviders("istio-ingress-shop", ["keys", "opa"]).message}`,
    ]);
    expect(gateways({ "a.example.com": host("opa"), "b.example.com": host("opa") })).to.deep.equal([]);
    expect(gateways({ "*.example.com": host("opa") })).to.deep.equal([
      `${at("*.example.com")}: ${hostNotMatched("*.example.com").message}`,
    ]);
  });
});
