import { expect } from "chai";
import { type MeshDefinition, normalize } from "../../catalog";
import { normalizeExtAuthz } from "../../catalog/extAuthz";

const http = { port: 8080, protocol: "http" } as const;

/** The edges from proxies to their provider. */
function asked(provider: object, gateway = false): string[] {
  const extAuthz = { provider: "check" };
  const routes = [{ prefix: "/", service: "web" }];
  const { services } = normalize({
    name: "shop",
    extensionProviders: { check: provider },
    gateways: {
      public: {
        hosts: { "a.example.com": { tls: { credentialName: "a" }, routes, ...(gateway && { extAuthz }) } },
      },
    },
    services: {
      opa: { ports: { http, grpc: { port: 9191, protocol: "grpc" } } },
      web: { ports: { http }, ...(!gateway && { extAuthz }) },
    },
  } as unknown as MeshDefinition);
  return (services[0]?.incoming ?? []).map(({ source, port, methods, paths, timeout, retries, path }) =>
    [source.name, port.name, ...methods, ...paths, timeout, retries.attempts, path].join(" "),
  );
}

describe("catalog/extAuthz", () => {
  it("lets proxies send requests to their provider, below its prefix or to the method of gRPC", () => {
    const at = "0 services.web.extAuthz";
    const over = (own: object): string[] =>
      asked({ envoyExtAuthzHttp: { service: "opa", port: "http", ...own } });
    expect(over({ timeout: "1s" })).to.deep.equal([`web http 1000 ${at}`]);
    expect(over({ timeout: "1s", pathPrefix: "/" })).to.deep.equal([`web http 1000 ${at}`]);
    expect(over({ timeout: "1s", pathPrefix: "/a/b" })).to.deep.equal([`web http /a/b/* 1000 ${at}`]);
    expect(over({ timeout: "1s", pathPrefix: "/a/b/" })).to.deep.equal([`web http /a/b/* 1000 ${at}`]);
    const grpc = { envoyExtAuthzGrpc: { service: "opa", port: "grpc", timeout: "2s" } };
    const check = "grpc POST /envoy.service.auth.v3.Authorization/Check 2000";
    expect(asked(grpc)).to.deep.equal([`web ${check} ${at}`]);
    expect(asked(grpc, true)).to.deep.equal([
      `public ${check} 0 gateways.public.hosts["a.example.com"].extAuthz`,
    ]);
  });

  it("throws when the provider's port isn't declared, which the checks report before", () => {
    expect(() => asked({ envoyExtAuthzHttp: { service: "opa", port: "htp" } })).to.throw(
      'extensionProviders.check.envoyExtAuthzHttp: "opa" has no port "htp"',
    );
  });

  it("applies to the HTTP ports of the pods, with sorted paths", () => {
    const ports = [
      { name: "http", port: 80, targetPort: 8080, protocol: "http" },
      { name: "tcp", port: 5432, targetPort: 5432, protocol: "tcp" },
    ] as const;
    expect(
      normalizeExtAuthz({ provider: "check", paths: ["/b", "/a"], notPaths: ["/d", "/c"] }, ports, [
        "services",
        "web",
      ]),
    ).to.deep.equal({
      provider: "check",
      ports: [8080],
      paths: ["/a", "/b"],
      notPaths: ["/c", "/d"],
      path: "services.web.extAuthz",
    });
    expect(normalizeExtAuthz({ provider: "check" }, [], ["a"])).to.deep.include({ paths: [], notPaths: [] });
  });
});
