import { expect } from "chai";
import { checkMesh } from "../../mesh";
import { ofCall, ofMesh, ofService, wider } from "../../checks/rules/dryRunEnds";

const http = { port: 8080, protocol: "http" };

function found(call: object, api: object = {}, more: object = {}): string[] {
  const { findings } = checkMesh({
    name: "shop",
    services: { web: { ports: { http }, calls: { api: call } }, api: { ports: { http }, ...api } },
    ...more,
  });
  return findings
    .filter(({ code }) => code !== "MW111")
    .map(({ code, path, message }) => `${code} ${path}: ${message}`);
}

const at = "services.web.calls.api.dryRun";

describe("dry runs in the checks", () => {
  it("are accepted if they are narrower than the call", () => {
    const narrower = [
      [{}, { methods: ["GET"] }],
      [{}, { paths: ["/v1/*"] }],
      [{ methods: ["GET", "POST"] }, { methods: ["GET"] }],
      [{ paths: ["/v1/*", "/v2/*"] }, { paths: ["/v1/*", "/v2/a"] }],
    ] as const;
    for (const [call, dryRun] of narrower)
      expect(found({ ...call, dryRun }), JSON.stringify(dryRun)).to.deep.equal([]);
    expect(found({ dryRun: "denied" })).to.deep.equal([]);
  });

  it("are reported if they restrict nothing", () => {
    const { message } = ofCall("api", false);
    const equal = [
      [{}, {}],
      [{}, { paths: ["/*"] }],
      [{ methods: ["GET"] }, { methods: ["GET"] }],
      [{ paths: ["/v1/a"] }, { paths: ["/v1/a"] }],
    ] as const;
    for (const [call, dryRun] of equal) {
      expect(found({ ...call, dryRun }), JSON.stringify(dryRun)).to.deep.equal([`MW329 ${at}: ${message}`]);
    }
  });

  it("are reported if they allow what the call does not", () => {
    expect(
      found({ methods: ["GET"], paths: ["/v1/*"], dryRun: { methods: ["PUT"], paths: ["/v1/a", "/v2"] } }),
    ).to.deep.equal([
      `MW329 ${at}: ${wider("paths", '"/v2"').message}`,
      `MW329 ${at}: ${wider("methods", "PUT").message}`,
    ]);
  });

  it("of calls to external services are reported, because no proxy evaluates them", () => {
    const externalServices = {
      bank: { host: "bank.example.com", ports: { http: { port: 80, protocol: "http" } } },
    };
    const { findings } = checkMesh({
      name: "shop",
      services: { web: { calls: { bank: { dryRun: { methods: ["GET"] } } } } },
      externalServices,
    });
    expect(findings.filter(({ code }) => code === "MW329").map(({ message }) => message)).to.deep.equal([
      ofCall("bank", true).message,
    ]);
  });

  it("of admissions and of gateways' routes are judged as those of calls are", () => {
    const route = (own: object, more: readonly object[] = []): object => ({
      services: { api: { ports: { http } }, web: { ports: { http } } },
      jwtRules: [{ issuer: "https://auth.example.com" }],
      gateways: {
        public: {
          hosts: {
            "shop.example.com": {
              tls: { credentialName: "shop" },
              routes: [{ prefix: "/items", service: "api", ...own }, ...more],
            },
          },
        },
      },
    });
    const codes = (more: object): string[] =>
      checkMesh({ name: "shop", ...more })
        .findings.filter(({ code }) => ["MW313", "MW329"].includes(code))
        .map(({ code, path }) => `${code} ${path}`);
    const routed = 'gateways.public.hosts["shop.example.com"].routes[0].dryRun';
    expect(codes(route({ dryRun: { methods: ["GET"] } }))).to.deep.equal([]);
    expect(codes(route({ methods: ["GET"], dryRun: { methods: ["GET"] } }))).to.deep.equal([
      `MW329 ${routed}`,
    ]);
    const wide = [{ prefix: "/", service: "api" }];
    // The wider route would admit what the dry run restricts, so the dry run would report nothing.
    expect(codes(route({ dryRun: { methods: ["GET"] } }, wide))).to.deep.equal([`MW313 ${routed}.methods`]);
    expect(codes(route({ dryRun: { endUser: {} } }, wide))).to.deep.equal([`MW313 ${routed}.endUser`]);
    expect(codes(route({ dryRun: { endUser: {} } }, [{ prefix: "/", service: "web" }]))).to.deep.equal([]);
    // Only the wider route has a dry run, with another token: the narrower route's token would be bypassed.
    const token = (role: string): object => ({ endUser: { claims: { roles: [role] } } });
    const others = [{ prefix: "/", service: "api", ...token("admin"), dryRun: token("guest") }];
    expect(codes(route(token("admin"), others))).to.deep.equal([
      `MW313 ${routed.replace(/\.dryRun$/, ".endUser")}`,
    ]);
    const admitted = (dryRun: object): object => ({
      services: {
        api: { ports: { http }, admit: { jobs: { namespace: "jobs", methods: ["GET"], dryRun } } },
      },
    });
    expect(codes(admitted({ methods: ["GET"] }))).to.deep.equal(["MW329 services.api.admit.jobs.dryRun"]);
    expect(codes(admitted({ paths: ["/v1/*"] }))).to.deep.equal([]);
  });

  it("of services and of the mesh are reported outside of dev, once", () => {
    const service = [`MW329 services.api.authorization: ${ofService("api", ["shop"]).message}`];
    expect(found({}, { authorization: "dryRun" })).to.deep.equal(service);
    expect(found({}, { authorization: "dryRun" }, { environment: "staging" })).to.deep.equal(service);
    expect(found({}, { authorization: "dryRun" }, { environment: "dev" })).to.deep.equal([]);
    expect(found({}, { authorization: "dryRun" }, { authorization: "dryRun" })).to.deep.equal([
      `MW329 authorization: ${ofMesh(false).message}`,
    ]);
    expect(found({}, {}, { authorization: "dryRun", networkPolicies: {} })).to.deep.equal([
      `MW329 authorization: ${ofMesh(true).message}`,
    ]);
    expect(found({}, { authorization: "enforced" })).to.deep.equal([]);
  });

  it("are judged like the call's own paths, tokens and ports", () => {
    expect(found({ dryRun: { paths: ["/v1*"] } })[0]).to.match(
      /^MW311 services\.web\.calls\.api\.dryRun\.paths\[0\]/,
    );
    expect(found({ dryRun: { endUser: {} } })[0]).to.match(/^MW301/);
    const tcp = { ports: { tcp: { port: 5432, protocol: "tcp" } } };
    expect(found({ dryRun: { methods: ["GET"] } }, tcp)[0]).to.match(
      /^MW204 services\.web\.calls\.api\.dryRun/,
    );
    expect(found({ dryRun: "denied" }, tcp)).to.deep.equal([]);
  });
});
