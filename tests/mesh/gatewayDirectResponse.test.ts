import { expect } from "chai";
import type { GatewayHostDefinition, MeshDefinition } from "../../catalog";
import { modelOf } from "../../checks/meshModel";
import { meshConfig } from "../../components/meshConfig";
import { type PlainObject, type Route, routeOf } from "../../effect";
import { checkMesh } from "../../mesh";
import { find, http, render } from "./render";

const name = "shop.example.com";
const tls = { credentialName: "shop" };
const routes = [{ prefix: "/", service: "web" }] as const;

const catalog = (host: Partial<GatewayHostDefinition>): MeshDefinition => ({
  name: "shop",
  services: { web: { ports: { http } } },
  gateways: { public: { hosts: { [name]: { tls, routes, ...host } } } },
});

const found = (host: object): string[] =>
  checkMesh(catalog(host)).findings.map(
    ({ code, path }) => `${code} ${path.replace(/^gateways[^\]]*\]\./, "")}`,
  );

/** What the gateway does with a request, by the model of its objects. */
function ask(host: Partial<GatewayHostDefinition>, others: readonly PlainObject[] = []) {
  const definition = catalog(host);
  const { mesh } = checkMesh(definition);
  if (!mesh) throw new Error("the catalog has errors");
  const model = modelOf(mesh, [...render(definition), ...others]);
  const gateway = model.workloads.find(({ proxy }) => proxy === "gateway");
  if (!gateway) throw new Error("there is no gateway");
  return (path: string, scheme: "http" | "https" = "https"): Route =>
    routeOf(model, gateway, { host: name, port: scheme === "http" ? 80 : 443, scheme, path, method: "GET" });
}

describe("direct responses", () => {
  const robots = { match: { uri: { exact: "/robots.txt" } }, status: 200 } as const;

  it("are rendered beside routes and redirects, the most specific one first", () => {
    const { spec } = find(
      render(
        catalog({
          directResponses: [
            { prefix: "/shop", status: 503, headers: { response: { set: { "retry-after": "9" } } } },
            { ...robots, body: { bytes: "RGlzYWxsb3c6IC8=" } },
          ],
          redirects: [{ prefix: "/shop/old", uri: "/new" }],
        }),
      ),
      "VirtualService",
      name,
    );
    const below = (path: string) => [{ uri: { exact: path } }, { uri: { prefix: `${path}/` } }];
    expect((spec as { http: unknown[] }).http.slice(0, 3)).to.deep.equal([
      {
        name: "/robots.txt",
        match: [{ uri: { exact: "/robots.txt" } }],
        directResponse: { status: 200, body: { bytes: "RGlzYWxsb3c6IC8=" } },
      },
      { name: "/shop/old", match: below("/shop/old"), redirect: { uri: "/new", redirectCode: 301 } },
      {
        name: "/shop",
        match: below("/shop"),
        headers: { response: { set: { "retry-after": "9" } } },
        directResponse: { status: 503 },
      },
    ]);
  });

  it("answer their own paths only", () => {
    const answer = ask({ directResponses: [robots, { prefix: "/down", status: 503 }] });
    expect(answer("/robots.txt").directResponse).to.deep.equal({ status: 200 });
    expect(answer("/down/x").directResponse).to.deep.equal({ status: 503 });
    for (const path of ["/robots.txt/x", "/downtown", "/"]) {
      expect(answer(path).outcome, path).to.equal("forwarded");
    }
  });

  it("can be all of a host, as during maintenance", () => {
    const answer = ask({ routes: [], directResponses: [{ prefix: "/", status: 503 }] });
    expect(answer("/any").directResponse).to.deep.equal({ status: 503 });
  });

  it("are refused with a destination, another path's form, a status or a size that Istio has not", () => {
    expect(found({ directResponses: [robots] })).to.deep.equal([]);
    expect(found({ directResponses: [{ ...robots, service: "web" }] })).to.deep.equal([
      "MW002 directResponses[0].service",
    ]);
    expect(found({ directResponses: [{ prefix: "/", status: 503 }] })).to.deep.equal([
      "MW108 directResponses[0].prefix",
    ]);
    for (const status of [99, 199, 600, 200.5]) {
      expect(found({ directResponses: [{ ...robots, status }] }), String(status)).to.deep.equal([
        "MW001 directResponses[0].status",
      ]);
    }
    for (const wrong of [{ status: 200 }, { ...robots, prefix: "/robots.txt" }]) {
      expect(found({ directResponses: [wrong] }).join()).to.match(/^MW00[13] directResponses\[0\]\.prefix$/);
    }
    const mb = "x".repeat(1024 * 1024);
    expect(found({ directResponses: [{ ...robots, body: { string: mb } }] })).to.deep.equal([]);
    expect(found({ directResponses: [{ ...robots, body: { string: `${mb}x` } }] }).join()).to.include(
      "MW001",
    );
    expect(found({ directResponses: [{ ...robots, body: { bytes: "no base64" } }] }).join()).to.include(
      "MW001",
    );
    expect(found({ directResponses: [{ prefix: "/a//b", status: 200 }] })).to.deep.equal([
      "MW306 directResponses[0].prefix",
    ]);
    expect(found({ directResponses: [{ prefix: "/a(b|c)", status: 200 }] })).to.deep.equal([
      "MW533 directResponses[0].prefix",
    ]);
  });
});

describe("acmeHttp01", () => {
  /** What istiod makes of the Ingress of a challenge. */
  const solver: readonly PlainObject[] = [
    {
      apiVersion: "networking.istio.io/v1",
      kind: "Gateway",
      metadata: { name: "challenge", namespace: "istio-system" },
      spec: {
        selector: { istio: "ingress" },
        servers: [{ port: { number: 80, name: "http", protocol: "HTTP" }, hosts: [name] }],
      },
    },
    {
      apiVersion: "networking.istio.io/v1",
      kind: "VirtualService",
      metadata: { name: "challenge", namespace: "istio-ingress" },
      spec: {
        hosts: [name],
        gateways: ["istio-system/challenge"],
        http: [
          {
            match: [{ uri: { exact: "/.well-known/acme-challenge/token" } }],
            route: [
              { destination: { host: "solver.istio-ingress.svc.cluster.local", port: { number: 8089 } } },
            ],
          },
        ],
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "solver", namespace: "istio-ingress" },
      spec: { selector: { acme: "true" }, ports: [{ name: "http", port: 8089 }] },
    },
  ];
  const token = "/.well-known/acme-challenge/token";

  it("lets the challenge through over plain HTTP, and redirects everything else", () => {
    const answer = ask({ acmeHttp01: true }, solver);
    expect(answer(token, "http").outcome).to.equal("forwarded");
    expect(answer(token, "http").destinations[0]?.host).to.match(/^solver/);
    for (const path of ["/", "/api", `${token}/x`]) {
      expect(answer(path, "http").outcome, path).to.equal("redirected");
    }
    expect(answer("/").destinations[0]?.host).to.equal("web.shop.svc.cluster.local");
    expect(answer(token).destinations[0]?.host).to.equal("web.shop.svc.cluster.local");
  });

  it("is needed: a Gateway's own redirect also redirects the challenge", () => {
    expect(ask({}, solver)(token, "http").outcome).to.equal("redirected");
  });

  it("names the gateway of Ingresses in the mesh configuration", () => {
    const config = (host: object): Record<string, unknown> => {
      const { mesh } = checkMesh(catalog(host));
      if (!mesh) throw new Error("the catalog has errors");
      return meshConfig(mesh);
    };
    expect(config({ acmeHttp01: true })).to.deep.include({
      ingressSelector: "ingress",
      ingressService: "istio-ingress",
    });
    expect(config({})).not.to.have.property("ingressSelector");
  });

  it("is refused where the challenge would not arrive", () => {
    expect(found({ acmeHttp01: true })).to.deep.equal([]);
    expect(found({ acmeHttp01: true, port: 8443 })).to.deep.equal(["MW536 acmeHttp01"]);
    const limited = [{ prefix: "/", service: "web", ipBlocks: ["203.0.113.0/24"] }];
    expect(found({ acmeHttp01: true, routes: limited })).to.deep.equal(["MW536 acmeHttp01"]);
    const codes = (hosts: object, more: object = {}): string[] =>
      checkMesh({ ...catalog({}), gateways: { public: { hosts } }, ...more }).findings.map(
        ({ code }) => code,
      );
    expect(codes({ "*.example.com": { tls, routes, acmeHttp01: true } })).to.include("MW536");
    const providers = { extensionProviders: { web: { envoyExtAuthzHttp: { service: "web" } } } };
    const decided = (notPaths: object) => ({
      [name]: { tls, routes, acmeHttp01: true, extAuthz: { provider: "web", ...notPaths } },
    });
    expect(codes(decided({}), providers)).to.include("MW536");
    expect(codes(decided({ notPaths: ["/.well-known/acme-challenge/*"] }), providers)).not.to.include(
      "MW536",
    );
    const at = (release: string) => ({
      release,
      hosts: { [`${release}.example.com`]: { tls, routes, acmeHttp01: true } },
    });
    const { findings } = checkMesh({ ...catalog({}), gateways: { a: at("istio-a"), b: at("istio-b") } });
    expect(findings.map(({ code }) => code)).to.deep.equal(["MW536"]);
  });
});
