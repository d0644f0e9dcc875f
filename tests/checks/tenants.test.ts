import { expect } from "chai";
import type { Finding } from "../../checks";
import { text as claimText } from "../../checks/rules/tenantClaimIssued";
import { text as removedText } from "../../checks/rules/tenantHeaderRemoved";
import { text as headerText } from "../../checks/rules/tenantHeaderTrusted";
import { checkMesh } from "../../mesh";

const http = { port: 8080, protocol: "http" };
const issuer = "https://auth.example.com";
const host = 'gateways.public.hosts["shop.example.com"]';
const header = "x-tenant-id";

interface Parts {
  readonly key: object;
  readonly route?: object;
  readonly jwtRules?: readonly object[];
  /** Where the limit is. Default: at the service that the gateway routes to. */
  readonly at?: "web" | "api";
}

const quotaOf = (key: object): object => ({
  rateLimit: { requests: 100, per: "1s", quota: { ...key, requests: 60, per: "1m" } },
});

const checked = ({ key, route, jwtRules, at = "web" }: Parts, limit = quotaOf): Finding[] => {
  const { findings } = checkMesh({
    name: "shop",
    services: {
      web: { ports: { http }, calls: { api: {} }, ...(at === "web" && limit(key)) },
      api: { ports: { http }, ...(at === "api" && limit(key)) },
      counter: { ports: { grpc: { port: 8081, protocol: "grpc" } } },
    },
    rateLimitService: { service: "counter", onFailure: "deny" },
    gateways: {
      public: {
        hosts: {
          "shop.example.com": {
            tls: { credentialName: "shop" },
            routes: [{ prefix: "/", service: "web", methods: ["GET"], ...route }],
          },
        },
      },
    },
    ...(jwtRules && { jwtRules }),
  });
  return findings.filter(({ code }) => ["MW001", "MW347", "MW348", "MW349"].includes(code));
};
const brief = (findings: readonly Finding[]): string[] => findings.map(({ code, path }) => `${code} ${path}`);

const globally =
  (path?: string) =>
  (by: object): object => ({
    globalRateLimits: { "per tenant": { requests: 60, per: "minute", by, ...(path && { path }) } },
  });

describe("checks of tenants", () => {
  it("refuse a header of a gateway's client, with the route that lets it in", () => {
    const [finding, ...more] = checked({ key: { header } });
    expect(more).to.deep.equal([]);
    expect(finding).to.deep.include({
      code: "MW347",
      severity: "error",
      path: "services.web.rateLimit.quota.header",
      ...headerText(header, "web", [`${host}.routes[0]`]),
    });
    expect(brief(checked({ key: { header } }, globally()))).to.deep.equal([
      'MW347 services.web.globalRateLimits["per tenant"].by.header',
    ]);
  });

  it("accept a header that a gateway sets or removes, whatever its client sends", () => {
    const refused = ["MW347 services.web.rateLimit.quota.header"];
    const by = (request: object): string[] =>
      brief(checked({ key: { header }, route: { headers: { request } } }));
    expect(by({ set: { "X-Tenant-Id": "acme" } })).to.deep.equal([]);
    expect(by({ remove: ["X-Tenant-Id"] })).to.deep.equal([]);
    expect(by({ remove: ["x-other"] })).to.deep.equal(refused);
    expect(by({ add: { [header]: "acme" } })).to.deep.equal(refused);
    expect(by({ set: { [header]: "%REQ(x-client-tenant)%" } })).to.deep.equal(refused);
  });

  it("warn of a header that services behind a gateway could pass on, and accept one that the route removes", () => {
    const at = "api";
    const [finding, ...more] = checked({ key: { header }, at });
    expect(more).to.deep.equal([]);
    expect(finding).to.deep.include({
      code: "MW348",
      severity: "warning",
      path: "services.api.rateLimit.quota.header",
      ...removedText(header, "api", [`${host}.routes[0]`]),
    });
    const remove = { headers: { request: { remove: [header] } } };
    expect(checked({ key: { header }, at, route: remove })).to.deep.equal([]);
    expect(checked({ key: { claim: "tenant_id" }, at, jwtRules: [{ issuer }] })).to.deep.equal([]);
    const jwtRules = [{ issuer, outputClaimToHeaders: [{ header, claim: "tenant_id" }] }];
    expect(checked({ key: { header }, at, jwtRules, route: { endUser: {} } })).to.deep.equal([]);
    expect(brief(checked({ key: { header }, at, jwtRules }))).to.deep.equal([
      "MW348 services.api.rateLimit.quota.header",
    ]);
  });

  it("follow calls over several services, and not connections", () => {
    const through = (protocol: string): string[] =>
      checkMesh({
        name: "shop",
        services: {
          web: { ports: { http }, calls: { middle: {} } },
          middle: { ports: { any: { port: 9000, protocol } }, calls: { api: {}, middle: {} } },
          api: { ports: { http }, ...quotaOf({ header }) },
        },
        gateways: {
          public: {
            hosts: {
              "shop.example.com": {
                tls: { credentialName: "shop" },
                routes: [{ prefix: "/", service: "web", methods: ["GET"] }],
              },
            },
          },
        },
      }).findings.flatMap(({ code }) => (code === "MW348" ? [code] : []));
    expect(through("http")).to.deep.equal(["MW348"]);
    expect(through("tcp")).to.deep.equal([]);
  });

  it("accept a header that a proxy sets from a claim, if the route requires the token", () => {
    const jwtRules = [{ issuer, outputClaimToHeaders: [{ header: "X-Tenant-Id", claim: "tenant_id" }] }];
    expect(checked({ key: { header }, jwtRules, route: { endUser: {} } })).to.deep.equal([]);
    const refused = ["MW347 services.web.rateLimit.quota.header"];
    expect(brief(checked({ key: { header }, jwtRules }))).to.deep.equal(refused);
    const others = [{ issuer, outputClaimToHeaders: [{ header: "x-user", claim: "sub" }] }];
    expect(brief(checked({ key: { header }, jwtRules: others, route: { endUser: {} } }))).to.deep.equal(
      refused,
    );
  });

  it("compare the paths of a limit with those of the route", () => {
    const paths = (...list: string[]): Parts => ({ key: { header }, route: { paths: list } });
    const refused = ['MW347 services.web.globalRateLimits["per tenant"].by.header'];
    expect(brief(checked(paths("/api/*"), globally("/api/pay")))).to.deep.equal(refused);
    expect(brief(checked(paths("/api/pay"), globally("/api/*")))).to.deep.equal(refused);
    expect(checked(paths("/public/*", "/login"), globally("/api/*"))).to.deep.equal([]);
  });

  it("refuse a claim without an issuer, and accept it with one", () => {
    const key = { claim: "tenant_id" };
    const [finding] = checked({ key });
    expect(finding).to.deep.include({
      code: "MW349",
      severity: "error",
      path: "services.web.rateLimit.quota.claim",
      ...claimText("web"),
    });
    expect(brief(checked({ key }, globally()))).to.deep.equal([
      'MW349 services.web.globalRateLimits["per tenant"].by.claim',
    ]);
    expect(checked({ key, jwtRules: [{ issuer }] })).to.deep.equal([]);
  });

  it("count a limit by a claim as a use of the issuer", () => {
    const codes = (key: object): string[] =>
      checkMesh({
        name: "shop",
        services: { web: { ports: { http }, calls: { api: {} } }, api: { ports: { http }, ...quotaOf(key) } },
        jwtRules: [{ issuer }],
      }).findings.map(({ code }) => code);
    expect(codes({ claim: "tenant_id" })).to.not.include("MW307");
    expect(codes({ header })).to.include("MW307");
  });

  it("refuse both of them, neither, and names without characters", () => {
    const fix = (key: object, limit = quotaOf): string[] =>
      checked({ key, jwtRules: [{ issuer }] }, limit).map((one) => `${one.path}: ${one.fix}`);
    for (const [limit, path] of [
      [quotaOf, "services.web.rateLimit.quota"],
      [globally(), 'services.web.globalRateLimits["per tenant"].by'],
    ] as const) {
      expect(fix({ header, claim: "tenant_id" }, limit)).to.deep.equal([
        `${path}: set exactly one of claim, header`,
      ]);
      expect(fix({}, limit)).to.deep.equal([`${path}: set exactly one of claim, header`]);
    }
    expect(fix({ claim: "" })).to.have.lengthOf(1);
    expect(fix({ claim: [] })).to.have.lengthOf(1);
  });
});
