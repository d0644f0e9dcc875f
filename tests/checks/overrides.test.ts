import { expect } from "chai";
import { checkMesh } from "../../mesh";

const http = { port: 8080, protocol: "http" };

/** What is found in a mesh in which `web` calls `api`, which has the versions v1 and v2. */
function found(overrides: object): string[] {
  return checkMesh({
    name: "shop",
    services: {
      web: { ports: { http }, calls: { api: {} } },
      api: { ports: { http }, versions: { v1: {}, v2: {} }, traffic: { weights: { v1: 0, v2: 100 } } },
    },
    overrides,
  }).findings.map(({ code, path, fix }) => `${code} ${path}: ${fix}`);
}

const routed = (destination: object, more: object = {}): object => ({
  VirtualService: { "shop/api": { spec: { http: [{ route: [{ destination }] }] } } },
  ...more,
});
const at = 'overrides.VirtualService["shop/api"].spec';

describe("checks of overrides", () => {
  it("accept fields and values that the kind has, and null, which removes one", () => {
    expect(
      found({ VirtualService: { "shop/web": { spec: { exportTo: ["."], http: null } } } }),
    ).to.deep.equal([]);
    expect(
      found({
        DestinationRule: {
          "shop/api": {
            metadata: { labels: { team: "a" }, annotations: { "example.com/a": null } },
            spec: { trafficPolicy: { connectionPool: { tcp: { tcpKeepalive: { probes: 3 } } } } },
          },
        },
      }),
    ).to.deep.equal([]);
    // The settings of a filter are Envoy's own.
    expect(found({ Telemetry: { "shop/none": {} } }).map((line) => line.split(" ")[0])).to.deep.equal([
      "MW115",
    ]);
  });

  it("refuse unknown fields and values of another type, at every depth", () => {
    expect(found({ VirtualService: { "shop/api": { spec: { http: [{ timeoutt: "5s" }] } } } })).to.deep.equal(
      [`MW360 ${at}.http[0].timeoutt: did you mean "timeout"?`],
    );
    expect(found({ VirtualService: { "shop/api": { sepc: {} } } })).to.deep.equal([
      'MW360 overrides.VirtualService["shop/api"].sepc: use one of "apiVersion", "kind", "metadata", "spec", or remove it',
    ]);
    expect(found({ VirtualService: { "shop/api": { spec: { hosts: "api" } } } })).to.deep.equal([
      `MW360 ${at}.hosts: use a value of type array`,
    ]);
    expect(
      found({ PeerAuthentication: { "shop/default": { spec: { mtls: { mode: "STRONG" } } } } }),
    ).to.deep.equal([
      'MW360 overrides.PeerAuthentication["shop/default"].spec.mtls.mode: use one of "UNSET", "DISABLE", "PERMISSIVE", "STRICT"',
    ]);
  });

  it("refuse texts that are no durations where the CRD demands one", () => {
    const timeout = (value: string): string[] =>
      found({ VirtualService: { "shop/api": { spec: { http: [{ timeout: value }] } } } }).filter((line) =>
        line.startsWith("MW360"),
      );
    for (const value of ["5s", "1.5s", "1h30m", "250ms"]) expect(timeout(value), value).to.deep.equal([]);
    for (const value of ["ten", "5", "5 s", ""]) {
      expect(timeout(value), value).to.deep.equal([
        `MW360 ${at}.http[0].timeout: use a duration such as 1.5s`,
      ]);
    }
  });

  it("refuse routes to subsets and ports that the service does not have", () => {
    const host = "api.shop.svc.cluster.local";
    const subset = `MW361 ${at}.http[0].route[0].destination.subset`;
    expect(found(routed({ host, subset: "v2" }))).to.deep.equal([]);
    expect(found(routed({ host: "api", subset: "v2" }))).to.deep.equal([]);
    expect(found(routed({ host: "elsewhere.other.svc.cluster.local", subset: "v9" }))).to.deep.equal([]);
    for (const name of [host, "api"]) {
      expect(found(routed({ host: name, subset: "v9" }))).to.deep.equal([
        `${subset}: use one of "v1", "v2", or declare "v9" under services.api.versions`,
      ]);
    }
    expect(found(routed({ host, port: { number: 80 } }))).to.deep.equal([
      `MW361 ${at}.http[0].route[0].destination.port.number: use 8080`,
    ]);
  });

  it("know subsets that another override lists", () => {
    const listed = (version: string): object => ({
      DestinationRule: { "shop/api": { spec: { subsets: [{ name: "v9", labels: { version } }] } } },
    });
    // MW365 says that no requests go to the catalog's subsets.
    const others = (subset: string, version: string): string[] =>
      found(routed({ host: "api", subset }, listed(version))).filter((line) => !line.startsWith("MW365"));
    expect(others("v9", "v2")).to.deep.equal([]);
    expect(others("v1", "v2")).to.have.length(1);
    expect(others("v9", "v9")).to.deep.equal([
      'MW337 overrides.DestinationRule["shop/api"].spec.subsets[0].labels: use the labels of a version, or declare "v9" under services.api.versions',
    ]);
  });
});
