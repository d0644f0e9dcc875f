import { expect } from "chai";
import { type MeshDefinition, normalize } from "../../catalog";
import { normalizeFault, trafficSchema } from "../../catalog/traffic";

const http = { port: 8080, protocol: "http" } as const;
const admin = { port: 9090, protocol: "http" } as const;

function mirrored(call: object, ports: object = { http, admin }) {
  const { services } = normalize({
    name: "shop",
    services: {
      web: { ports: { http }, calls: { api: { port: "http", timeout: "1s", ...call } } },
      api: {
        ports: { http, admin, tcp: { port: 5432, protocol: "tcp" } },
        traffic: { mirror: { service: "copy", percentage: 10 } },
        admit: { prometheus: { namespace: "monitoring", port: "http" } },
      },
      copy: { ports },
    },
  } as unknown as MeshDefinition);
  const [api, copy] = services;
  return { mirror: api?.mirror, copies: copy?.incoming ?? [] };
}

describe("catalog/traffic", () => {
  it("mirrors the HTTP ports that both services have by name and protocol", () => {
    const { mirror } = mirrored(
      {},
      {
        http,
        admin: { ...admin, protocol: "grpc" },
        other: { port: 81, protocol: "http" },
        tcp: { port: 5432, protocol: "tcp" },
      },
    );
    expect(mirror).to.deep.equal({
      service: "copy",
      percentage: 10,
      host: "copy.shop.svc.cluster.local",
      ports: [{ name: "http", port: 8080, targetPort: 8080, protocol: "http" }],
    });
  });

  it("admits a copy of each request of the callers in the catalog: once, without a timeout", () => {
    const { copies } = mirrored({ methods: ["GET"], paths: ["/a"] });
    const [copy] = copies;
    expect(copies).to.have.lengthOf(1);
    expect(copy?.source.name).to.equal("web");
    expect({ ...copy, source: undefined, retries: undefined }).to.deep.equal({
      source: undefined,
      callee: "copy",
      port: { name: "http", port: 8080, targetPort: 8080, protocol: "http" },
      methods: ["GET"],
      paths: ["/a"],
      retries: undefined,
      ownTimeout: false,
      ownRetries: false,
      asynchronous: false,
      mirrored: true,
      path: "services.api.traffic.mirror",
    });
    expect(copy?.retries.attempts).to.equal(0);
    const limited = mirrored({ endUser: {}, dryRun: { endUser: { claims: { roles: ["a"] } } } }).copies[0];
    expect(limited?.endUser).to.deep.equal({ claims: [] });
    expect(limited?.dryRun).to.deep.include({
      endUser: { claims: [{ path: ["roles"], values: ["a"] }] },
    });
    expect(mirrored({ port: "admin" }).copies[0]?.port.name).to.equal("admin");
    expect(mirrored({ port: "admin" }, { http }).copies).to.deep.equal([]);
  });

  it("resolves faults", () => {
    const abort = { percentage: 1, httpStatus: 503 };
    expect(normalizeFault({ abort })).to.deep.equal({ abort });
    expect(normalizeFault({ delay: { percentage: 5, fixedDelay: "2s" } })).to.deep.equal({
      delay: { percentage: 5, fixedDelay: 2000 },
    });
  });

  it("refuses header routes that match no request, and mirrors to two targets or none", () => {
    const accepts = (traffic: object): boolean => trafficSchema.safeParse(traffic).success;
    const route = (one: object): boolean => accepts({ headerRoutes: [{ version: "v1", ...one }] });
    const cookie = { name: "canary", value: "true" };
    expect(route({ headers: { "x-canary": "1" } })).to.equal(true);
    expect(route({ cookie })).to.equal(true);
    expect(route({ headers: { "x-canary": "1" }, cookie })).to.equal(true);
    expect(route({})).to.equal(false);
    expect(route({ headers: {} })).to.equal(false);
    expect(route({ headers: { cookie: "canary=true" } })).to.equal(false);
    expect(route({ headers: { "x-canary": "1", "X-Upper": "1" } })).to.equal(false);
    const mirror = (target: object): boolean => accepts({ mirror: { percentage: 1, ...target } });
    expect([{ version: "v1" }, { service: "api" }].map(mirror)).to.deep.equal([true, true]);
    expect([{}, { version: "v1", service: "api" }].map(mirror)).to.deep.equal([false, false]);
  });
});
