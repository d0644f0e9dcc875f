import { expect } from "chai";
import { deniedOverTcp, overTcp, routedToTcp, withoutPorts } from "../../checks/rules/httpOnly";
import { foundBy } from "./found";

const http = { port: 8080, protocol: "http" };
const tcp = { port: 5432, protocol: "tcp" };
const host = { tls: { credentialName: "shop" } };

/** Settings of requests, by their path in a service. */
const settings: Record<string, object> = {
  "resilience.timeout": { resilience: { timeout: "5s" } },
  "resilience.retries": { resilience: { retries: { attempts: 1, retryOn: ["connect-failure"] } } },
  "traffic.weights": { traffic: { weights: { v1: 100, v2: 0 } }, versions: { v1: {}, v2: {} } },
  "traffic.headerRoutes": {
    traffic: { weights: { v1: 100 }, headerRoutes: [{ headers: { a: "b" }, version: "v2" }] },
    versions: { v1: {}, v2: {} },
  },
  "traffic.mirror": { traffic: { mirror: { service: "web", percentage: 5 } } },
  "traffic.fault": { traffic: { fault: { abort: { percentage: 1, httpStatus: 503 } } } },
  load: { load: { rps: 10, p99: "1s", callers: 2 } },
  rateLimit: { rateLimit: { requests: 10, per: "1s" } },
  globalRateLimits: { globalRateLimits: { all: { requests: 10, per: "second" } } },
  extAuthz: { extAuthz: { provider: "opa" } },
  "loadBalancing.consistentHash": { loadBalancing: { consistentHash: { httpHeaderName: "x-user" } } },
  "circuitBreaker.http2MaxRequests": { circuitBreaker: { http2MaxRequests: 5 } },
  "circuitBreaker.maxRequestsPerConnection": { circuitBreaker: { maxRequestsPerConnection: 5 } },
};

function found(api: object, more: object = {}): string[] {
  return foundBy("MW204", {
    name: "shop",
    services: { web: { ports: { http }, calls: { api: {} } }, api },
    ...more,
  });
}

describe("the check of settings of requests", () => {
  it("finds each of them at a service that is called over TCP, or has no ports", () => {
    for (const [path, fields] of Object.entries(settings)) {
      const field = path.split(".").at(-1) ?? "";
      const at = `services.api.${path}: `;
      expect(found({ ports: { tcp }, ...fields }), path).to.include(at + overTcp("api", field).message);
      expect(found(fields), path).to.include(at + withoutPorts("api", field).message);
      expect(found({ ports: { tcp, http }, ...fields }), path).to.deep.equal([]);
    }
    const source = { loadBalancing: { consistentHash: { useSourceIp: true } } };
    expect(found({ ports: { tcp }, ...source })).to.deep.equal([]);
  });

  it("finds them at an external service without HTTP ports", () => {
    const bank = (ports: object): string[] =>
      found(
        { ports: { http } },
        { externalServices: { bank: { host: "bank.example.com", ports, resilience: { timeout: "5s" } } } },
      );
    expect(bank({ tcp })).to.deep.equal([
      `externalServices.bank.resilience.timeout: ${overTcp("bank", "timeout").message}`,
    ]);
    expect(bank({ tcp, http })).to.deep.equal([]);
  });

  it("finds them at a call of a TCP port, and in its dry run", () => {
    const calls = (call: object): string[] =>
      foundBy("MW204", {
        name: "shop",
        services: { web: { ports: { http }, calls: { api: call } }, api: { ports: { http, tcp } } },
        jwtRules: [{ issuer: "https://id.example.com" }],
      });
    const fields = { methods: ["GET"], paths: ["/a"], endUser: {}, timeout: "1s", retries: { attempts: 1 } };
    for (const [field, value] of Object.entries(fields)) {
      expect(calls({ port: "tcp", [field]: value }), field).to.deep.equal([
        `services.web.calls.api.${field}: ${overTcp("api", field).message}`,
      ]);
      expect(calls({ port: "http", [field]: value }), field).to.deep.equal([]);
    }
    expect(calls({ port: "tcp", dryRun: { methods: ["GET"] } })).to.deep.equal([
      `services.web.calls.api.dryRun: ${overTcp("api", "dryRun").message}`,
    ]);
    expect(calls({ port: "tcp", dryRun: "denied" })).to.deep.equal([]);
  });

  it("finds routes of requests to a TCP port, except at a host for connections", () => {
    const routes = [{ prefix: "/", service: "api" }];
    const at = (path: string): string[] => [
      `${path}.routes[0].service: ${routedToTcp("api", "tcp").message}`,
    ];
    const served = (fields: object): string[] =>
      found(
        { ports: { tcp } },
        { gateways: { public: { hosts: { "a.example.com": { ...host, routes, ...fields } } } } },
      );
    expect(served({})).to.deep.equal(at('gateways.public.hosts["a.example.com"]'));
    expect(served({ port: 5432 })).to.deep.equal([]);
    expect(served({ tls: { mode: "PASSTHROUGH" } })).to.deep.equal([]);
    const delegates = { storefront: { exportTo: "edge", prefix: "/", routes } };
    expect(found({ ports: { tcp } }, { delegates })).to.deep.equal(at("delegates.storefront"));
  });

  it("finds conditions on requests in a DENY rule for TCP ports", () => {
    const rule = (deny: object, ports: object | undefined = { tcp }): string[] =>
      found({ ...(Object.keys(ports).length > 0 && { ports }), deny: { one: deny } });
    const at = "services.api.deny.one";
    expect(rule({ paths: ["/admin"] })).to.deep.equal([
      `${at}.paths: ${deniedOverTcp("api", "paths").message}`,
    ]);
    expect(rule({ paths: ["/admin"] }, {})).to.deep.equal([
      `${at}.paths: ${withoutPorts("api", "paths").message}`,
    ]);
    expect(rule({ paths: ["/admin"] }, { tcp, http })).to.deep.equal([]);
    expect(rule({ paths: ["/admin"], port: "tcp" }, { tcp, http })).to.deep.equal([
      `${at}.paths: ${deniedOverTcp("api", "paths").message}`,
    ]);
    expect(rule({ paths: ["/admin"], port: "http" }, { tcp, http })).to.deep.equal([]);
    // MW102 reports a port that is not declared.
    expect(rule({ paths: ["/admin"], port: "other" })).to.deep.equal([]);
    expect(rule({ namespaces: ["other"] })).to.deep.equal([]);
  });

  it("says how to route to a port that is no HTTP port", () => {
    expect(routedToTcp("api", "tls").fix).to.match(/^write tls: \{ mode: "PASSTHROUGH" \}/);
    expect(routedToTcp("api", "tcp").fix).to.match(/^route to a port/);
  });
});
