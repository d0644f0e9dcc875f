import { expect } from "chai";
import { checkMesh } from "../../mesh";

const http = { port: 8080, protocol: "http" };
const admin = { port: 9090, protocol: "http" };
const host = { tls: { credentialName: "a" } };

/** The findings in a catalog in which `web` calls `api`, which has two ports. */
function found(web: object, more: object = {}): string[] {
  const { findings, mesh } = checkMesh({
    name: "shop",
    services: {
      web: { ports: { http }, calls: { api: { port: "http" } }, ...web },
      api: { ports: { http, admin } },
    },
    ...more,
  });
  expect(mesh === undefined).to.equal(findings.some(({ severity }) => severity === "error"));
  return findings.map(({ code, path }) => `${code} ${path}`);
}
const serving = (route: object, section = "routes"): string[] =>
  found(
    {},
    {
      gateways: {
        public: {
          hosts: {
            "a.example.com": { ...host, routes: [{ prefix: "/", service: "web" }], [section]: [route] },
          },
        },
      },
    },
  );
const at = 'gateways.public.hosts["a.example.com"].routes[0]';

describe("a reference that leads nowhere", () => {
  it("is the only finding, whatever refers", () => {
    expect(found({ calls: { cart: {} } })).to.deep.equal(["MW101 services.web.calls.cart"]);
    expect(found({ calls: { api: { port: "grpc" } } })).to.deep.equal(["MW102 services.web.calls.api.port"]);
    expect(found({ calls: { api: [{ port: "http" }, { port: "grpc" }] } })).to.deep.equal([
      "MW102 services.web.calls.api[1].port",
    ]);
    expect(serving({ prefix: "/", service: "cart" })).to.deep.equal([`MW101 ${at}.service`]);
    expect(serving({ prefix: "/", service: "web", port: "grpc" })).to.deep.equal([`MW102 ${at}.port`]);
    const delegates = (route: object): object => ({
      delegates: { storefront: { exportTo: "edge", prefix: "/s", routes: [{ prefix: "/s", ...route }] } },
    });
    expect(found({}, delegates({ service: "cart" }))).to.deep.equal([
      "MW101 delegates.storefront.routes[0].service",
    ]);
    expect(found({}, delegates({ service: "web", port: "grpc" }))).to.deep.equal([
      "MW102 delegates.storefront.routes[0].port",
    ]);
    const probe = (readiness: object): object => ({
      workload: { image: "web:1.0.0", probes: { readiness } },
    });
    expect(found(probe({ port: "grpc" }))).to.deep.equal([
      "MW102 services.web.workload.probes.readiness.port",
    ]);
    const mirror = { traffic: { mirror: { service: "cart", percentage: 5 } } };
    expect(found(mirror)).to.deep.equal(["MW101 services.web.traffic.mirror.service"]);
  });

  it("hides no other mistake of the same route or service", () => {
    expect(serving({ prefix: "/a//b", service: "cart" })).to.deep.equal([
      `MW306 ${at}.prefix`,
      `MW101 ${at}.service`,
    ]);
    const calls = { cart: {}, api: { port: "http", paths: ["/a//b"] } };
    expect(found({ calls })).to.deep.equal([
      "MW306 services.web.calls.api.paths[0]",
      "MW101 services.web.calls.cart",
    ]);
  });

  it("leaves its catalog unrendered, and a catalog without one is rendered as it is", () => {
    expect(found({})).to.deep.equal([]);
    const { mesh } = checkMesh({ name: "shop", services: { web: { ports: { http } } } });
    expect(mesh?.services.map(({ name }) => name)).to.deep.equal(["web"]);
  });
});

describe("a catalog with an invalid value", () => {
  it("has no findings about what is missing in the whole catalog", () => {
    // The invalid value may be the call of the external service.
    const externalServices = {
      bank: { host: "bank.example.com", ports: { https: { port: 443, protocol: "tls" } } },
    };
    expect(found({}, { externalServices })).to.deep.equal(["MW364 externalServices.bank"]);
    expect(found({ labels: 5 }, { externalServices })).to.not.include("MW364 externalServices.bank");
    expect(found({ unknown: 5 }, { externalServices })).to.deep.equal(["MW002 services.web.unknown"]);
  });

  it("has the findings of its structure sorted by path if nothing of it can be read", () => {
    const paths = checkMesh(5).findings.map(({ path }) => path);
    expect(paths).to.deep.equal([""]);
    expect(checkMesh(undefined).mesh).to.equal(undefined);
  });
});
