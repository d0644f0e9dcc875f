import { expect } from "chai";
import type { MeshDefinition } from "../../catalog";
import { checkMesh, type Manifest } from "../../mesh";
import { find, http, render } from "./render";

const admin = { port: 9090, protocol: "http" } as const;

/** The service `api` has callers of every kind, and copies of their requests go to `shadow`. */
const definition: MeshDefinition = {
  name: "shop",
  jwtRules: [{ issuer: "https://auth.example.com" }],
  networkPolicies: {},
  services: {
    web: {
      ports: { http },
      calls: {
        api: [
          { port: "http", methods: ["GET"], timeout: "2s", retries: { attempts: 2 } },
          {
            port: "http",
            methods: ["POST"],
            paths: ["/orders"],
            endUser: {},
            timeout: "2s",
            retries: { attempts: 2 },
          },
        ],
      },
    },
    ops: { ports: { http }, calls: { api: { port: "admin" } } },
    api: {
      ports: { http, admin },
      traffic: { mirror: { service: "shadow", percentage: 10 } },
      resilience: { timeout: "5s" },
      admit: { prometheus: { namespace: "monitoring", port: "http", methods: ["GET"], paths: ["/metrics"] } },
    },
    shadow: { namespace: "trial", ports: { http: { port: 80, targetPort: 8081, protocol: "http" } } },
  },
  gateways: {
    public: {
      hosts: {
        "shop.example.com": {
          tls: { credentialName: "shop" },
          routes: [{ prefix: "/api", rewrite: "/", service: "api", port: "http" }],
        },
      },
    },
  },
};
let objects: Manifest[];
const shadow = "shadow.trial.svc.cluster.local";

describe("mirror to another service", () => {
  beforeEach(() => {
    objects = render(definition);
  });

  it("copies requests of callers and gateways on the ports that it has too", () => {
    const copied = (kind: string, name: string): unknown[] =>
      (find(objects, kind, name).spec as { http: Record<string, unknown>[] }).http.map(
        ({ name: route, mirror, mirrorPercentage }) => [route, mirror, mirrorPercentage],
      );
    const mirror = { host: shadow, port: { number: 80 } };
    const percentage = { value: 10 };
    expect(copied("VirtualService", "api")).to.deep.equal([
      ["from web", mirror, percentage],
      ["http", mirror, percentage],
      ["admin", undefined, undefined],
    ]);
    expect(copied("VirtualService", "shop.example.com")).to.deep.equal([["/api", mirror, percentage]]);
  });

  it("admits copies of the requests that each caller may send, and no others", () => {
    const policy = find(objects, "AuthorizationPolicy", "shadow");
    expect(policy.metadata.annotations).to.deep.equal({
      "meshwright.dev/from": "services.api.traffic.mirror",
    });
    const from = (account: string): object[] => [{ source: { principals: [`cluster.local/ns/${account}`] } }];
    expect(policy.spec).to.deep.equal({
      selector: { matchLabels: { app: "shadow" } },
      action: "ALLOW",
      rules: [
        { from: from("shop/sa/web"), to: [{ operation: { ports: ["8081"], methods: ["GET"] } }] },
        {
          from: from("shop/sa/web"),
          to: [{ operation: { ports: ["8081"], methods: ["POST"], paths: ["/orders"] } }],
          when: [{ key: "request.auth.claims[iss]", values: ["https://auth.example.com"] }],
        },
        { from: from("istio-ingress/sa/istio-ingress"), to: [{ operation: { ports: ["8081"] } }] },
      ],
    });
    expect(find(objects, "RequestAuthentication", "default", "trial").spec).to.deep.equal(
      find(objects, "RequestAuthentication", "default", "shop").spec,
    );
  });

  it("is known to the proxies that send copies, and let through by the network at both ends", () => {
    const knows = (name: string): boolean =>
      JSON.stringify(find(objects, "Sidecar", name).spec).includes(`trial/${shadow}`);
    expect(["web", "ops", "api"].filter(knows)).to.deep.equal(["web"]);
    const end = (name: string): string => JSON.stringify(find(objects, "NetworkPolicy", name).spec);
    expect(end("web")).to.contain('"podSelector":{"matchLabels":{"app":"shadow"}}');
    expect(end("shadow")).to.contain('"podSelector":{"matchLabels":{"app":"web"}}');
    expect(end("shadow")).to.not.contain('"app":"ops"').and.to.not.contain('"monitoring"');
  });

  it("has no say in how long its callers wait and how often they try", () => {
    expect(find(objects, "VirtualService", "shadow").spec).to.deep.equal({
      hosts: [shadow],
      http: [
        {
          name: "http",
          route: [{ destination: { host: shadow, port: { number: 80 } } }],
        },
      ],
    });
  });

  it("is refused if its target is missing or the service itself, and is no cycle of calls", () => {
    const brief = (mirror: object, shadowed: object = {}): string[] =>
      checkMesh({
        name: "shop",
        services: {
          web: { ports: { http }, calls: { api: {} } },
          api: { ports: { http }, traffic: { mirror } },
          shadow: { ports: { http }, ...shadowed },
        },
      }).findings.map(({ code, path, fix }) => `${code} ${path}: ${fix}`);
    const mirror = "services.api.traffic.mirror";
    expect(brief({ service: "shadow", percentage: 10 }, { calls: { web: {} } })).to.deep.equal([]);
    expect(brief({ service: "shadwo", percentage: 10 }, { calls: { web: {} } })).to.deep.equal([
      `MW101 ${mirror}.service: did you mean "shadow"?`,
    ]);
    expect(brief({ service: "api", percentage: 10 }, { calls: { web: {} } })).to.deep.equal([
      `MW206 ${mirror}.service: mirror to another service, or to one of its versions`,
    ]);
    expect(brief({ percentage: 10 }, { calls: { web: {} } })).to.deep.equal([
      `MW001 ${mirror}: set either version or service`,
    ]);
    expect(brief({ servcie: "shadow", percentage: 10 }, { calls: { web: {} } })).to.include(
      `MW002 ${mirror}.servcie: did you mean "service"?`,
    );
  });
});
