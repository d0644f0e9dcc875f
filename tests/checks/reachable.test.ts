import { expect } from "chai";
import { checkMesh } from "../../mesh";

const http = { port: 8080, protocol: "http" };

const unreached = (old: object, rest: object = {}): string[] =>
  checkMesh({
    name: "shop",
    services: {
      web: { ports: { http }, calls: { api: {} } },
      api: { ports: { http } },
      old: { ports: { http }, ...old },
    },
    ...rest,
  }).findings.map(({ code, path }) => `${code} ${path}`);

describe("checks of services without callers", () => {
  it("report a service without callers and calls, also when its replicas call each other", () => {
    expect(unreached({})).to.deep.equal(["MW111 services.old"]);
    expect(unreached({ calls: { old: {} } })).to.deep.equal(["MW111 services.old"]);
  });

  it("report a service that is only asked for its metrics, at the path that its pods name", () => {
    const prometheus = { namespace: "monitoring", methods: ["GET"], paths: ["/metrics"] };
    const elsewhere = { "prometheus.io/path": "/stats" };
    const workload = { image: "old:1", annotations: elsewhere };
    expect(unreached({ admit: { prometheus } })).to.deep.equal(["MW111 services.old"]);
    expect(unreached({ admit: { prometheus }, workload })).to.deep.equal([]);
    expect(
      unreached({ admit: { prometheus: { ...prometheus, paths: ["/stats"] } }, workload }),
    ).to.deep.equal(["MW111 services.old"]);
  });

  it("leave a source, what is admitted or routed to, and a catalog without any calls", () => {
    expect(unreached({ calls: { api: {} } })).to.deep.equal([]);
    expect(unreached({ admit: { prometheus: { namespace: "monitoring" } } })).to.deep.equal([]);
    const routes = [{ prefix: "/", service: "old" }];
    const hosts = { "shop.example.com": { tls: { credentialName: "shop" }, routes } };
    expect(unreached({}, { gateways: { public: { hosts } } })).to.deep.equal([]);
    const services = { web: { ports: { http } }, api: { ports: { http } } };
    expect(checkMesh({ name: "shop", services }).findings).to.deep.equal([]);
  });

  it("leave the target of a mirror, but not a service that mirrors to itself", () => {
    const mirror = (service: string): object => ({ traffic: { mirror: { service, percentage: 5 } } });
    const services = (web: object): object => ({
      services: {
        web: { ports: { http }, calls: { api: {} }, ...web },
        api: { ports: { http } },
        old: { ports: { http } },
      },
    });
    expect(unreached({}, services(mirror("old")))).to.deep.equal([]);
    expect(unreached({}, services({}))).to.deep.equal(["MW111 services.old"]);
    expect(unreached(mirror("old"))).to.include("MW111 services.old");
  });

  it("report nothing if only proxies call, for decisions or counts", () => {
    const grpc = { ports: { grpc: { port: 9191, protocol: "grpc" } } };
    const extensionProviders = { opa: { envoyExtAuthzGrpc: { service: "opa" } } };
    const web = { ports: { http }, extAuthz: { provider: "opa" } };
    const api = { ports: { http } };
    const services = { web, api, opa: grpc };
    const codes = (catalog: object): string[] =>
      checkMesh({ name: "shop", ...catalog }).findings.map(({ code, path }) => `${code} ${path}`);
    expect(codes({ services, extensionProviders })).to.deep.equal([]);
    const called = { ...services, web: { ...web, calls: { api: {} } }, old: { ports: { http } } };
    expect(codes({ services: called, extensionProviders })).to.deep.equal(["MW111 services.old"]);
  });
});
