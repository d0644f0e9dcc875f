import { expect } from "chai";
import {
  type Mistake,
  missingHosts,
  mistakes,
  knownObject,
  type PlainObject,
  readObjects,
} from "../../effect";
import { apiGateway, object, service } from "./objects";

const labelled = (name: string, labels: object): PlainObject => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels },
});
const pods = (name: string, ports: readonly object[] = [], labels: object = {}): PlainObject => {
  const [, app = ""] = name.split("/");
  const template = { metadata: { labels: { app, ...labels } }, spec: { containers: [{ name: app, ports }] } };
  return object("Deployment", name, { selector: { matchLabels: { app } }, template });
};
const paths = (found: readonly Mistake[]): string[] => found.map(({ path }) => path);
const ambient = { "istio.io/dataplane-mode": "ambient" };
const waypoint = apiGateway("shop/waypoint", [], { gatewayClassName: "istio-waypoint" });

describe("effect/mistakes: settings that match no request", () => {
  const methods = (...names: string[]): string[] => {
    const rules = [{ to: [{ operation: { methods: names } }] }];
    return paths(mistakes.unsentMethods(readObjects([object("AuthorizationPolicy", "shop/a", { rules })])));
  };

  it("are methods that no client sends, not those of HTTP, prefixes and suffixes", () => {
    expect(methods("GET", "PATCH", "PROPFIND", "*", "P*", "*ET")).to.deep.equal([]);
    const at = "spec.rules[0].to[0].operation.methods";
    expect(methods("GET", "get", "GTE")).to.deep.equal([`${at}[1]`, `${at}[2]`]);
  });

  it("are hosts of rules that the cluster does not have, not those of other domains", () => {
    const model = readObjects([service("shop/web")]);
    const found = (host: string): number =>
      missingHosts(
        model,
        knownObject(
          object("AuthorizationPolicy", "shop/a", { rules: [{ to: [{ operation: { hosts: [host] } }] }] }),
        ),
      ).length;
    const hosts = [
      "web.shop",
      "web.shop.svc.cluster.local",
      "web.shop.svc.cluster.local:80",
      "*.shop",
      "web",
    ];
    expect([...hosts, "example.com", "api.example.com"].map(found)).to.deep.equal([0, 0, 0, 0, 0, 0, 0]);
    expect(["wep.shop", "wep.shop.svc.cluster.local"].map(found)).to.deep.equal([1, 1]);
  });
});

describe("effect/mistakes: ports and weights", () => {
  const targets = (target: string | number, ...ports: object[]): number => {
    const web = service("shop/web", { ports: [{ port: 80, targetPort: target }] });
    const model = readObjects([pods("shop/web", ports), web]);
    return [...mistakes.unservedTargets(model), ...mistakes.undeclaredTargets(model)].length;
  };

  it("are ports of Services that no container has, if the pods declare ports", () => {
    const http = { name: "http", containerPort: 8080 };
    expect([targets(8080, http), targets("http", http), targets(9090)]).to.deep.equal([0, 0, 0]);
    expect([targets(9090, http), targets("web", http), targets("web")]).to.deep.equal([1, 1, 1]);
    const alone = service("shop/web", { ports: [{ port: 80, targetPort: "web" }] });
    expect(mistakes.unservedTargets(readObjects([alone]))).to.deep.equal([]);
  });

  it("are weights of an only destination, and a destination twice", () => {
    const to = (subset: string, more: object = {}): object => ({
      destination: { host: "web", subset },
      ...more,
    });
    const found = (...route: object[]): string[] =>
      paths(
        mistakes.uselessWeights(readObjects([object("VirtualService", "shop/web", { http: [{ route }] })])),
      );
    expect(found(to("v1"))).to.deep.equal([]);
    expect(found(to("v1", { weight: 100 }))).to.deep.equal([]);
    expect(found(to("v1", { weight: 90 }), to("v2", { weight: 10 }))).to.deep.equal([]);
    expect(found(to("v1", { weight: 90 }), to("v1", { weight: 10, headers: {} }))).to.deep.equal([]);
    const headers = { request: { set: { "x-canary": "1" } } };
    expect(found(to("v1", { weight: 90, headers }), to("v1", { weight: 10 }))).to.deep.equal([]);
    expect(found(to("v1", { weight: 90, headers }), to("v1", { weight: 10, headers }))).to.have.lengthOf(1);
    expect(found(to("v1", { weight: 90 }))).to.deep.equal(["spec.http[0].route[0].weight"]);
    expect(found(to("v1", { weight: 90 }), to("v1", { weight: 10 }))).to.deep.equal([
      "spec.http[0].route[1].destination",
    ]);
  });

  it("are ServiceEntries with another protocol or resolution, not equal ones", () => {
    const entry = (name: string, resolution: string, protocol: string): PlainObject =>
      object("ServiceEntry", name, {
        hosts: ["bank.example.com"],
        resolution,
        ports: [{ number: 80, name: "a", protocol }],
      });
    const found = (resolution: string, protocol: string, name = "shop/b"): string[] =>
      paths(
        mistakes.contradictingEntries(
          readObjects([entry("shop/a", "DNS", "HTTP"), entry(name, resolution, protocol)]),
        ),
      );
    expect(found("DNS", "HTTP")).to.deep.equal([]);
    expect(found("NONE", "HTTP")).to.deep.equal(["spec.resolution"]);
    expect(found("DNS", "TCP")).to.deep.equal(["spec.ports[0].protocol"]);
    expect(found("DNS", "TCP", "bank/a")).to.deep.equal(["spec.ports[0].protocol"]);
  });
});

describe("effect/mistakes: ambient mode", () => {
  const rules = [{ to: [{ operation: { methods: ["GET"] } }] }];
  const selector = { matchLabels: { app: "web" } };
  const targetRefs = [{ group: "", kind: "Service", name: "web" }];
  const found = (spec: object, labels: object, kind = "AuthorizationPolicy"): number =>
    mistakes.unreadByWaypoints(
      readObjects([
        labelled("shop", labels),
        pods("shop/web"),
        service("shop/web"),
        object(kind, "shop/a", spec),
      ]),
    ).length;
  const named = { ...ambient, "istio.io/use-waypoint": "waypoint" };

  it("needs targetRefs and a waypoint for rules about requests, and neither for rules about connections", () => {
    expect(found({ selector, rules }, ambient)).to.equal(1);
    expect(found({ selector, rules }, named)).to.equal(1);
    expect(found({ targetRefs, rules }, ambient)).to.equal(1);
    expect(found({ targetRefs, rules }, named)).to.equal(0);
    const connections = [
      { from: [{ source: { principals: ["a"] } }], to: [{ operation: { ports: ["80"] } }] },
    ];
    expect(found({ selector, rules: connections }, ambient)).to.equal(0);
    expect(found({ selector, rules }, { "istio-injection": "enabled" })).to.equal(0);
  });

  it("needs a waypoint, in the namespace of the Service, for routes", () => {
    const http = [{ route: [{ destination: { host: "web" } }] }];
    expect(found({ hosts: ["web"], http }, ambient, "VirtualService")).to.equal(1);
    expect(found({ hosts: ["web"], http }, named, "VirtualService")).to.equal(0);
    expect(found({ hosts: ["web"], gateways: ["public"], http }, ambient, "VirtualService")).to.equal(0);
    const far = object("VirtualService", "bank/a", { hosts: ["web.shop.svc.cluster.local"], http });
    const all = [labelled("shop", named), pods("shop/web"), service("shop/web"), far];
    expect(mistakes.unreadByWaypoints(readObjects(all))).to.have.lengthOf(1);
  });

  it("needs routes and limits that the waypoint reads: its own, the Service's, and limits of the root namespace", () => {
    const host = "web.shop.svc.cluster.local";
    const problems = (kind: string, name: string, more: object = {}): string[] => {
      const spec = kind === "VirtualService" ? { hosts: [host], http: [{ route: [] }] } : { host };
      const shop = labelled("shop", { ...named, ...more });
      return mistakes
        .unreadByWaypoints(
          readObjects([shop, pods("shop/web"), service("shop/web"), object(kind, name, spec)]),
        )
        .map(({ problem }) => problem);
    };
    const far = { "istio.io/use-waypoint-namespace": "edge" };
    expect(problems("DestinationRule", "istio-system/a")).to.deep.equal([]);
    expect(problems("VirtualService", "istio-system/a")).to.have.lengthOf(1);
    expect(problems("DestinationRule", "edge/a")).to.have.lengthOf(1);
    ["VirtualService", "DestinationRule"].forEach((kind) => {
      expect(problems(kind, "edge/a", far)).to.deep.equal([]);
      expect(problems(kind, "shop/a", far)).to.deep.equal([]);
      expect(problems(kind, "bank/a", far).join()).to.contain(
        "of the namespaces shop and edge, so it ignores",
      );
    });
  });

  it("has labels that agree, and waypoints that exist", () => {
    const useless = (namespace: object, own: object = {}): number =>
      mistakes.uselessAmbientLabels(readObjects([labelled("shop", namespace), pods("shop/web", [], own)]))
        .length;
    expect([useless(ambient), useless({ "istio-injection": "enabled" }), useless({})]).to.deep.equal([
      0, 0, 0,
    ]);
    expect(useless({ ...ambient, "istio-injection": "enabled" })).to.equal(1);
    expect(useless({}, { "istio.io/use-waypoint": "waypoint" })).to.equal(1);
    expect(useless(ambient, { "istio.io/use-waypoint": "waypoint" })).to.equal(0);
    const missing = (...objects: PlainObject[]): number =>
      mistakes.missingWaypoints(readObjects([labelled("shop", named), ...objects])).length;
    expect([missing(), missing(waypoint)]).to.deep.equal([1, 0]);
  });
});
