import { expect } from "chai";
import { checkMesh } from "../../mesh";
import { uncalled, uncounted } from "../../checks/rules/callersCounted";
import { overTcp } from "../../checks/rules/httpOnly";
import { text as quotaText } from "../../checks/rules/quotaWithinLimit";

const http = { port: 8080, protocol: "http" };
const grpc = { port: 9000, protocol: "grpc" };
const workload = { image: "web:1", replicas: 2 };

const findings = (api: object, web: object = {}, rest: object = {}): string[] =>
  checkMesh({
    name: "shop",
    services: {
      web: { ports: { http }, workload, calls: { api: {} }, ...web },
      api: { ports: { http }, ...api },
    },
    ...rest,
  }).findings.map(({ code, path, message }) => `${code} ${path}: ${message}`);

describe("checks of loads and rate limits", () => {
  const load = { rps: 1000, p99: "500ms" };

  it("count the callers where all of them are deployed with the mesh", () => {
    expect(findings({ load })).to.deep.equal([]);
  });

  it("require the number of callers where a gateway, an admitted client or no service calls", () => {
    const gateways = {
      public: {
        hosts: {
          "shop.example.com": { tls: { credentialName: "shop" }, routes: [{ prefix: "/", service: "api" }] },
        },
      },
    };
    const unknown = (caller: string): string =>
      `MW505 services.api.load: ${uncounted("api", [caller]).message}`;
    expect(findings({ load }, {}, { gateways })).to.deep.equal([unknown("gateways.public")]);
    const admit = { prometheus: { namespace: "monitoring" } };
    expect(findings({ load, admit })).to.deep.equal([unknown("services.api")]);
    expect(findings({ load }, { calls: {} })).to.deep.equal([
      `MW505 services.api.load: ${uncalled("api").message}`,
    ]);
    expect(findings({ load: { ...load, callers: 2 } }, { calls: {} })).to.deep.equal([]);
  });

  it("hold both limits against the load, the number of connections only over HTTP/1.1", () => {
    const circuitBreaker = { maxConnections: 249, http2MaxRequests: 249 };
    const paths = (api: object): (string | undefined)[] =>
      findings({ load, ...api }).map((line) => line.split(":")[0]);
    expect(paths({ circuitBreaker })).to.deep.equal([
      "MW506 services.api.circuitBreaker.http2MaxRequests",
      "MW506 services.api.circuitBreaker.maxConnections",
    ]);
    expect(paths({ circuitBreaker, ports: { grpc } })).to.deep.equal([
      "MW506 services.api.circuitBreaker.http2MaxRequests",
    ]);
    expect(paths({ circuitBreaker: { maxConnections: 250, http2MaxRequests: 250 } })).to.deep.equal([]);
  });

  it("refuse loads and rate limits of connections", () => {
    const tcp = { port: 5432, protocol: "tcp" };
    const rateLimit = { requests: 10, per: "1s" };
    expect(findings({ ports: { tcp }, load: { ...load, callers: 1 }, rateLimit })).to.deep.equal([
      `MW204 services.api.load: ${overTcp("api", "load").message}`,
      `MW204 services.api.rateLimit: ${overTcp("api", "rateLimit").message}`,
    ]);
  });

  it("hold each tenant's own quota against the limit", () => {
    const quota = { header: "x-tenant-id", requests: 59, per: "1m", tenants: { acme: 60, small: 1 } };
    expect(findings({ rateLimit: { requests: 1, per: "1s", quota } })).to.deep.equal([
      `MW702 services.api.rateLimit.quota.tenants.acme: ${quotaText({ tenant: "acme", requests: 60, per: 60_000 }, 60).message}`,
    ]);
  });

  it("refuse buckets that are filled more often than Envoy can, and headers that never match", () => {
    const quota = { header: "X-Tenant", requests: 1, per: "1m" };
    expect(findings({ rateLimit: { requests: 10, per: "49ms", quota } })).to.deep.equal([
      'MW001 services.api.rateLimit.per: services.api.rateLimit.per can\'t be "49ms"',
      'MW001 services.api.rateLimit.quota.header: services.api.rateLimit.quota.header can\'t be "X-Tenant"',
    ]);
  });
});
