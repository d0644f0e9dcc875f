import { expect } from "chai";
import { type MeshDefinition, normalize } from "../../catalog";
import { normalizeGlobalRateLimits } from "../../catalog/globalRateLimit";

function counted(rateLimitService: object) {
  return normalize({
    name: "shop",
    rateLimitService: { service: "counter", onFailure: "allow", ...rateLimitService },
    services: {
      counter: { ports: { grpc: { port: 8081, protocol: "grpc" } } },
      web: {
        ports: { http: { port: 8080, protocol: "http" } },
        globalRateLimits: { all: { requests: 10, per: "second" } },
      },
    },
  } as unknown as MeshDefinition);
}

describe("catalog/globalRateLimit", () => {
  it("sorts limits by name, and counts all requests together, by address or by tenant", () => {
    const limit = { requests: 10, per: "second" } as const;
    expect(
      normalizeGlobalRateLimits("web", {
        c: limit,
        a: { ...limit, by: "remoteAddress" },
        b: { ...limit, by: { header: "x-tenant" } },
        d: { ...limit, by: { header: "x-tenant", tenants: { big: 100 } } },
      } as never),
    ).to.deep.equal([
      { ...limit, name: "web/a", by: "remoteAddress" },
      { ...limit, name: "web/b", by: { key: { header: "x-tenant" }, tenants: {} } },
      { ...limit, name: "web/c" },
      { ...limit, name: "web/d", by: { key: { header: "x-tenant" }, tenants: { big: 100 } } },
    ]);
  });

  it("resolves the rate limit service and the edge to it", () => {
    const { rateLimitService, services } = counted({});
    const port = { name: "grpc", port: 8081, targetPort: 8081, protocol: "grpc" };
    expect(rateLimitService).to.deep.equal({
      service: "counter",
      namespace: "shop",
      host: "counter.shop.svc.cluster.local",
      port,
      onFailure: "allow",
      timeout: 100,
    });
    const [edge] = services[0]?.incoming ?? [];
    expect(edge).to.deep.include({
      callee: "counter",
      port,
      methods: ["POST"],
      paths: ["/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit"],
      timeout: 100,
      path: "services.web.globalRateLimits",
    });
    expect([edge?.source.name, edge?.retries.attempts]).to.deep.equal(["web", 0]);
    expect(counted({ timeout: "2s" }).rateLimitService?.timeout).to.equal(2000);
    expect(() => counted({ port: "htp" })).to.throw('rateLimitService: "counter" has no port "htp"');
  });
});
