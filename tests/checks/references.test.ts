import { expect } from "chai";
import { type DenyDefinition, formatPath, type MeshDefinition } from "../../catalog";
import {
  denials,
  endUsers,
  entrances,
  extAuthzs,
  mirrors,
  pathLists,
  portOf,
  portReferences,
  portsOf,
  providers,
  references,
  sectionOf,
} from "../../checks/references";

const http = { port: 8080, protocol: "http" } as const;
const grpc = { port: 9090, protocol: "grpc" } as const;
const external = { host: "bank.example.com", ports: { https: { port: 443, protocol: "tls" } } } as const;
const denied: DenyDefinition = {
  paths: ["/a"],
  notPaths: ["/b"],
  endUser: {},
  notEndUser: { issuer: "x" },
  port: "http",
};

/** A catalog with a reference of every kind. */
const definition: MeshDefinition = {
  name: "shop",
  services: {
    web: {
      ports: { http },
      calls: {
        api: [
          { port: "http", paths: ["/a"] },
          { port: "grpc", dryRun: "denied" },
        ],
        bank: { dryRun: { paths: ["/c"], endUser: { issuer: "y" } }, endUser: { issuer: "x" } },
      },
      traffic: { mirror: { service: "api", percentage: 10 } },
      workload: {
        image: "web:1",
        probes: { readiness: { path: "/" }, liveness: { port: "http", path: "/" } },
      },
    },
    api: {
      ports: { http, grpc },
      admit: { jobs: { namespace: "jobs", serviceAccount: "jobs", paths: ["/d"] } },
      deny: { admin: denied },
      extAuthz: { provider: "opa", paths: ["/e"], notPaths: ["/f"] },
      traffic: { mirror: { version: "v2", percentage: 10 } },
    },
    counter: { ports: { grpc } },
    none: {},
  },
  externalServices: { bank: external },
  rateLimitService: { service: "counter", onFailure: "deny" },
  extensionProviders: {
    opa: { envoyExtAuthzGrpc: { service: "counter", port: "grpc" } },
    auth: { envoyExtAuthzHttp: { service: "bank" } },
  },
  gateways: {
    public: {
      hosts: {
        "a.example.com": {
          tls: { credentialName: "a" },
          routes: [
            { prefix: "/", service: "web", destinations: [{ service: "api", port: "http", weight: 5 }] },
          ],
          extAuthz: { provider: "auth", notPaths: ["/g"] },
        },
        "b.example.com": { tls: { credentialName: "b" }, routes: [] },
      },
    },
  },
  delegates: { storefront: { exportTo: "edge", prefix: "/s", routes: [{ prefix: "/s", service: "api" }] } },
};
const host = 'gateways.public.hosts["a.example.com"]';
const pathsOf = (all: Iterable<{ readonly path: readonly (string | number)[] }>): string[] =>
  [...all].map(({ path }) => formatPath(path));

describe("the references of a catalog", () => {
  it("are calls, admissions, the rate limit service, providers and routes, each with its callee", () => {
    const all = [...references(definition)].map(
      ({ callee, call, path, calleePath }) =>
        `${formatPath(path)} to ${callee}:${call.port ?? ""} named at ${formatPath(calleePath)}`,
    );
    expect(all).to.deep.equal([
      "services.web.calls.api[0] to api:http named at services.web.calls.api",
      "services.web.calls.api[1] to api:grpc named at services.web.calls.api",
      "services.web.calls.bank to bank: named at services.web.calls.bank",
      "services.api.admit.jobs to api: named at services.api.admit.jobs",
      "rateLimitService to counter: named at rateLimitService.service",
      "extensionProviders.opa.envoyExtAuthzGrpc to counter:grpc named at extensionProviders.opa.envoyExtAuthzGrpc.service",
      "extensionProviders.auth.envoyExtAuthzHttp to bank: named at extensionProviders.auth.envoyExtAuthzHttp.service",
      `${host}.routes[0] to web: named at ${host}.routes[0].service`,
      `${host}.routes[0].destinations[0] to api:http named at ${host}.routes[0].destinations[0].service`,
      "delegates.storefront.routes[0] to api: named at delegates.storefront.routes[0].service",
    ]);
    const named = {
      ...definition,
      rateLimitService: { service: "counter", port: "grpc", onFailure: "deny" },
    } as const;
    expect([...references(named)].find(({ path }) => path[0] === "rateLimitService")?.call).to.deep.equal({
      port: "grpc",
    });
    for (const one of providers(definition)) {
      expect(one.call).to.deep.equal(one.callee === "counter" ? { port: "grpc" } : {});
    }
    expect([...references({ name: "shop", services: {} })]).to.deep.equal([]);
  });

  it("to ports are those, probes, and DENY rules with a port", () => {
    expect(pathsOf(portReferences(definition)).slice(10)).to.deep.equal([
      "services.web.workload.probes.readiness",
      "services.web.workload.probes.liveness",
      "services.api.deny.admin",
    ]);
    const [readiness, liveness, rule] = [...portReferences(definition)].slice(10);
    expect([readiness?.call, liveness?.call, rule?.call]).to.deep.equal([
      {},
      { port: "http" },
      { port: "http" },
    ]);
    expect([readiness?.callee, rule?.callee]).to.deep.equal(["web", "api"]);
  });

  it("have lists of paths, of calls, their dry runs, DENY rules and external authorization", () => {
    const lists = [...pathLists(definition)].map(({ paths, path }) => `${formatPath(path)} ${paths.join()}`);
    expect(lists).to.deep.equal([
      "services.web.calls.api[0].paths /a",
      "services.web.calls.bank.dryRun.paths /c",
      "services.api.admit.jobs.paths /d",
      "services.api.deny.admin.paths /a",
      "services.api.deny.admin.notPaths /b",
      "services.api.extAuthz.paths /e",
      "services.api.extAuthz.notPaths /f",
      `${host}.extAuthz.notPaths /g`,
    ]);
  });

  it("have tokens, of calls, their dry runs and DENY rules", () => {
    const users = [...endUsers(definition)].map(
      ({ endUser, path }) => `${formatPath(path)} ${endUser.issuer ?? ""}`,
    );
    expect(users).to.deep.equal([
      "services.web.calls.bank.endUser x",
      "services.web.calls.bank.dryRun.endUser y",
      "services.api.deny.admin.endUser ",
      "services.api.deny.admin.notEndUser x",
    ]);
  });

  it("are beside mirrors to services, hosts, DENY rules and external authorizations", () => {
    expect([...mirrors(definition)]).to.deep.equal([
      { service: "web", target: "api", path: ["services", "web", "traffic", "mirror"] },
    ]);
    expect(pathsOf(entrances(definition))).to.deep.equal([
      host,
      'gateways.public.hosts["b.example.com"]',
      "delegates.storefront",
    ]);
    expect([...entrances(definition)].map((one) => one.host)).to.deep.equal([
      "a.example.com",
      "b.example.com",
      "storefront",
    ]);
    expect(pathsOf(denials(definition))).to.deep.equal(["services.api.deny.admin"]);
    expect(pathsOf(extAuthzs(definition))).to.deep.equal(["services.api.extAuthz", `${host}.extAuthz`]);
  });

  it("lead to external services only from calls and providers, and if no service has the name", () => {
    const sections = [...references(definition)].map((one) => sectionOf(definition, one));
    expect(sections.filter((one) => one === "externalServices")).to.have.lengthOf(2);
    const callee = "bank";
    const to = (...path: string[]): string =>
      sectionOf(definition, { callee, call: {}, path, calleePath: path });
    expect(to("services", "web", "calls", "bank")).to.equal("externalServices");
    expect(to("extensionProviders", "auth", "envoyExtAuthzHttp")).to.equal("externalServices");
    expect(to("gateways", "public", "hosts", "a", "routes", "0")).to.equal("services");
    const both = { ...definition, services: { ...definition.services, bank: {} } };
    expect(
      sectionOf(both, { callee, call: {}, path: ["services", "web", "calls"], calleePath: [] }),
    ).to.equal("services");
  });

  it("lead to the port that is chosen, or the first one", () => {
    const to = (callee: string, port?: string): [unknown, unknown] => {
      const path = ["services", "web", "calls", callee];
      const reference = { callee, call: port === undefined ? {} : { port }, path, calleePath: path };
      return [portsOf(definition, reference), portOf(definition, reference)];
    };
    expect(to("api")).to.deep.equal([{ http, grpc }, http]);
    expect(to("api", "grpc")).to.deep.equal([{ http, grpc }, grpc]);
    expect(to("api", "admin")).to.deep.equal([{ http, grpc }, undefined]);
    expect(to("bank")).to.deep.equal([external.ports, external.ports.https]);
    expect(to("none")).to.deep.equal([{}, undefined]);
    expect(to("other")).to.deep.equal([undefined, undefined]);
    const without = { name: "shop", services: {} };
    expect(
      portsOf(without, { callee: "a", call: {}, path: ["services", "b", "calls", "a"], calleePath: [] }),
    ).to.equal(undefined);
  });
});
