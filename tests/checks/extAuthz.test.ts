import { expect } from "chai";
import { contradictions } from "../../components/contradictions";
import { istiodFor } from "../../components/istiodFor";
import { checkMesh } from "../../mesh";

const http = { port: 8080, protocol: "http" };
const grpc = { port: 9191, protocol: "grpc" };
const tcp = { port: 5432, protocol: "tcp" };
const tls = { credentialName: "shop" };
const toWeb = { tls, routes: [{ prefix: "/", service: "web" }] };
const decided = (provider: string, more: object = {}) => ({ ...toWeb, extAuthz: { provider, ...more } });

const catalog = ({
  web = {},
  hosts = { "a.example.com": toWeb },
  opa = {},
  ...more
}: Record<string, object>) => ({
  name: "shop",
  services: {
    web: { ports: { http }, ...web },
    opa: { ports: { grpc } },
    broker: { ports: { tcp } },
  },
  gateways: { public: { hosts } },
  extensionProviders: {
    opa: { envoyExtAuthzGrpc: { service: "opa", ...opa } },
    other: { envoyExtAuthzGrpc: { service: "opa" } },
  },
  ...more,
});
const found = (parts: Record<string, object>): string[] =>
  checkMesh(catalog(parts))
    .findings.filter(({ code }) => code !== "MW111")
    .map(({ code, path }) => `${code} ${path}`);
const host = (name: string): string => `gateways.public.hosts["${name}"].extAuthz`;

describe("the checks of external authorization", () => {
  it("accept a provider of a service and of a host", () => {
    expect(found({ web: { extAuthz: { provider: "opa" } } })).to.deep.equal([]);
    expect(found({ hosts: { "a.example.com": decided("opa", { notPaths: ["/login"] }) } })).to.deep.equal([]);
  });

  it("refuse a provider, a service and a port that are none", () => {
    expect(found({ web: { extAuthz: { provider: "oap" } } })).to.deep.equal([
      "MW327 services.web.extAuthz.provider",
    ]);
    expect(found({ opa: { service: "nowhere" } })).to.deep.equal([
      "MW101 extensionProviders.opa.envoyExtAuthzGrpc.service",
    ]);
    expect(found({ opa: { port: "admin" } })).to.deep.equal([
      "MW102 extensionProviders.opa.envoyExtAuthzGrpc.port",
    ]);
    for (const wrong of [{}, { envoyExtAuthzHttp: { service: "opa", failOpen: "no" } }]) {
      const { mesh, findings } = checkMesh({ ...catalog({}), extensionProviders: { opa: wrong } });
      expect(mesh, JSON.stringify(wrong)).to.equal(undefined);
      expect(findings.map(({ path }) => path).join()).to.match(/^extensionProviders\.opa/);
    }
  });

  it("refuse a provider that proxies cannot ask", () => {
    expect(found({ opa: { service: "web" } })).to.deep.equal([
      "MW328 extensionProviders.opa.envoyExtAuthzGrpc",
    ]);
    expect(
      found({
        opa: { service: "out" },
        externalServices: {
          out: { host: "out.example.com", ports: { grpc }, tls: { mode: "SIMPLE" }, egressGateway: true },
        },
      }),
    ).to.include("MW328 extensionProviders.opa.envoyExtAuthzGrpc.service");
  });

  it("refuse two providers at a gateway, a wildcard, and connections beside requests", () => {
    const hosts = { "a.example.com": decided("opa"), "b.example.com": decided("other") };
    expect(found({ hosts })).to.deep.equal([`MW328 ${host("a.example.com")}.provider`]);
    expect(found({ hosts: { "*.example.com": decided("opa") } })).to.include(
      `MW328 ${host("*.example.com")}`,
    );
    const broker = { tls, port: 8883, routes: [{ prefix: "/", service: "broker" }] };
    expect(found({ hosts: { "a.example.com": decided("opa"), "b.example.com": broker } })).to.deep.equal([
      `MW328 ${host("a.example.com")}`,
    ]);
  });

  it("warn of failOpen, of listed paths, and of a decision that takes longer than the call", () => {
    expect(found({ opa: { failOpen: true } })).to.deep.equal([
      "MW535 extensionProviders.opa.envoyExtAuthzGrpc.failOpen",
    ]);
    expect(found({ web: { extAuthz: { provider: "opa", paths: ["/admin"] } } })).to.deep.equal([
      "MW326 services.web.extAuthz.paths",
    ]);
    const slow = { extAuthz: { provider: "opa" }, resilience: { timeout: "500ms" } };
    expect(found({ web: slow }).join()).to.include("MW403");
    expect(found({ web: slow, opa: { timeout: "200ms" } })).to.deep.equal([]);
  });

  it("refuse a service without requests", () => {
    const { findings } = checkMesh({
      ...catalog({}),
      services: {
        opa: { ports: { grpc } },
        web: { ports: { http } },
        db: { ports: { tcp }, extAuthz: { provider: "opa" } },
      },
    });
    expect(findings.map(({ code, path }) => `${code} ${path}`)).to.include("MW204 services.db.extAuthz");
  });

  it("refuse a control plane without the provider", () => {
    const definition = catalog({ web: { extAuthz: { provider: "opa" } } });
    const { mesh } = checkMesh(definition);
    if (!mesh) throw new Error("the catalog has errors");
    const args = { version: mesh.istioVersion };
    expect(contradictions({ ...args, istiod: istiodFor(definition) }, mesh)).to.deep.equal([]);
    expect(contradictions(args, mesh)).to.deep.equal(
      ["opa", "other"].map(
        (name) =>
          `istiod.meshConfig.extensionProviders has no "${name}", and extensionProviders.${name}.envoyExtAuthzGrpc of the ` +
          `catalog "shop" declares it: proxies deny every request that it should decide. Add the provider, as istiodFor ` +
          `returns it for this catalog.`,
      ),
    );
  });
});
