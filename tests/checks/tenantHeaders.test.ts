import { expect } from "chai";
import type { Edge, GatewayRoute } from "../../catalog";
import { isFromClaim, passesOn, routesOfEdge } from "../../checks/tenantHeaders";
import { checkMesh } from "../../mesh";

const issuer = "https://id.example.com";
const http = { port: 8080, protocol: "http" };
const edgeOf = (endUser?: object): Edge => ({ endUser }) as unknown as Edge;

describe("headers of tenants", () => {
  it("come from a claim if the call needs a token and a rule writes the claim into the header", () => {
    const rules = (header: string): Parameters<typeof isFromClaim>[2] => {
      const { mesh } = checkMesh({
        name: "shop",
        services: { web: { ports: { http } } },
        jwtRules: [
          { issuer },
          { issuer: `${issuer}/b`, outputClaimToHeaders: [{ header, claim: "tenant" }] },
        ],
      });
      if (!mesh) throw new Error("errors");
      return mesh;
    };
    expect(isFromClaim("x-tenant", edgeOf({ claims: [] }), rules("x-tenant"))).to.equal(true);
    expect(isFromClaim("x-tenant", edgeOf({ claims: [] }), rules("x-other"))).to.equal(false);
    expect(isFromClaim("x-tenant", edgeOf(), rules("x-tenant"))).to.equal(false);
    expect(isFromClaim("x-tenant", edgeOf({ claims: [] }), { jwtRules: [] })).to.equal(false);
  });

  it("are passed on unless the route sets them without the client's value, or removes them", () => {
    const passes = (request?: object): boolean => passesOn("x-tenant", { headers: request && { request } });
    expect(passes()).to.equal(true);
    expect(passes({ set: { "x-other": "a" } })).to.equal(true);
    expect(passes({ set: { "X-Tenant": "a" } })).to.equal(false);
    expect(passes({ set: { "x-tenant": "%REQ(x-tenant)%" } })).to.equal(true);
    expect(passes({ set: { "x-tenant": "%REQ(x-a)%" }, remove: ["x-tenant"] })).to.equal(true);
    expect(passes({ remove: ["x-other", "X-Tenant"] })).to.equal(false);
    expect(passes({ remove: ["x-other"] })).to.equal(true);
  });

  it("of a mirrored request come with the routes of the mirrored service", () => {
    const { mesh } = checkMesh({
      name: "shop",
      services: {
        web: { ports: { http }, traffic: { mirror: { service: "shadow", percentage: 5 } } },
        api: { ports: { http } },
        shadow: { ports: { http } },
      },
      gateways: Object.fromEntries(
        ["public", "inside"].map((name) => [
          name,
          {
            release: `istio-${name}`,
            hosts: {
              [`${name}.example.com`]: {
                tls: { credentialName: name },
                routes: [
                  { prefix: "/", service: "web" },
                  { prefix: "/api", service: "api" },
                ],
              },
            },
          },
        ]),
      ),
    });
    const routes = mesh?.gateways.flatMap(({ hosts }) => hosts.flatMap((host) => host.routes)) ?? [];
    const paths = (service: string, gateway: string): string[] => {
      const edge = mesh?.services
        .find(({ name }) => name === service)
        ?.incoming.find(({ source }) => source.name === gateway);
      const all = routes.filter((one): one is GatewayRoute => one.edge !== undefined);
      return edge ? routesOfEdge(edge, all).map((one) => one.edge.path) : ["no call"];
    };
    const at = (gateway: string, service: string): string =>
      routes.find((one) => one.edge?.callee === service && one.edge.source.name === gateway)?.edge?.path ??
      "";
    expect(paths("web", "public")).to.deep.equal([at("public", "web")]);
    expect(paths("api", "inside")).to.deep.equal([at("inside", "api")]);
    expect(paths("shadow", "public")).to.deep.equal([at("public", "web")]);
    expect(paths("shadow", "inside")).to.deep.equal([at("inside", "web")]);
  });
});
