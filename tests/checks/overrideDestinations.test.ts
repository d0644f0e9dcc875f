import { expect } from "chai";
import { base, found, http } from "./overriding";

const api = "api.shop.svc.cluster.local";

describe("overrides of destinations", () => {
  it("lead to the pods of the service", () => {
    const workload = { image: "registry.example.com/app:1" };
    const { web, api: own } = base.services;
    const more = { services: { web: { ...web, workload }, api: own } };
    const leading = (kind: string, spec: object): string[] =>
      found({ [kind]: { "shop/api": { spec } } }, more).filter((line) => line.startsWith("MW366"));
    const led = (fate: string, kind = "Service"): string =>
      `MW366 ${kind}["shop/api"]: with the override, requests of every client to ${api} ${fate}, which the catalog does not declare`;
    expect(leading("Service", { selector: { app: "web" } })).to.deep.equal([
      led("reach the pods of shop/web"),
    ]);
    const none = "reach no known pods";
    expect(leading("Service", { selector: { app: "other" } })).to.deep.equal([led(none)]);
    const labels = (app: string): object => ({
      selector: { matchLabels: { app } },
      template: { metadata: { labels: { app, team: "a" } } },
    });
    expect(leading("Deployment", labels("other"))).to.deep.equal([led(none, "Deployment")]);
    expect(leading("Deployment", labels("api"))).to.deep.equal([]);
  });

  it("lead to the pods of every version that receives requests", () => {
    const more = {
      services: {
        ...base.services,
        api: {
          ports: { http },
          versions: { v1: {}, v2: {} },
          traffic: { weights: { v1: 100, v2: 0 } },
          workload: { image: "registry.example.com/app:1" },
        },
      },
    };
    const renamed = (name: string): string[] => {
      const version = { version: "v9" };
      const spec = { selector: { matchLabels: version }, template: { metadata: { labels: version } } };
      return found({ Deployment: { [`shop/api-${name}`]: { spec } } }, more);
    };
    expect(renamed("v1")).to.deep.equal([
      `MW366 Deployment["shop/api-v1"]: with the override, requests of every client to ${api} subset v1 reach no known pods, which the catalog does not declare`,
    ]);
    expect(renamed("v2")).to.deep.equal([]);
  });

  it("leave the port of an external service, and take no detour", () => {
    const ports = { http: { port: 80, targetPort: 443, protocol: "http" } };
    const more = {
      services: { ...base.services, jobs: { ports: { http }, calls: { bank: {} } } },
      externalServices: { bank: { host: "bank.example.com", ports, tls: { mode: "SIMPLE" } } },
    };
    const at = (targetPort?: number): string[] =>
      found(
        {
          ServiceEntry: {
            "shop/bank": { spec: { ports: [{ number: 80, name: "http", protocol: "HTTP", targetPort }] } },
          },
        },
        more,
      );
    const of = `MW365 ServiceEntry["shop/bank"]: the override replaces the catalog's setting of requests to bank.example.com:80: targetPort 443 becomes`;
    expect(at(443)).to.deep.equal([]);
    expect(at(8443)).to.deep.equal([`${of} 8443`]);
    expect(at()).to.deep.equal([`${of} not set`]);
    const through = (trafficPolicy: object): string =>
      found({ DestinationRule: { "shop/bank": { spec: { trafficPolicy } } } }, more).join();
    expect(through({ tunnel: { targetHost: "proxy.example.org", targetPort: 3128 } })).to.include(
      "tunnel.targetHost not set becomes proxy.example.org, and 1 more setting",
    );
    expect(through({ proxyProtocol: { version: "V2" } })).to.include(
      "proxyProtocol.version not set becomes V2",
    );
  });

  it("leave the addresses of an external service, which DNS finds", () => {
    const bank = { host: "bank.example.com", ports: { https: { port: 443, protocol: "tls" } } };
    const more = {
      services: { ...base.services, jobs: { ports: { http }, calls: { bank: {} } } },
      externalServices: { bank },
    };
    const endpoints = [{ address: "203.0.113.9" }];
    expect(found({ ServiceEntry: { "shop/bank": { spec: { endpoints } } } }, more)).to.deep.equal([
      'MW366 ServiceEntry["shop/bank"]: with the override, requests of "jobs" to bank.example.com:443 go to 203.0.113.9 (bank.example.com:443), which the catalog does not declare',
    ]);
  });
});
