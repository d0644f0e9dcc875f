import { expect } from "chai";
import {
  deliver,
  difference,
  gatewayServers,
  mayCall,
  type PlainObject,
  readObjects,
  routeOf,
} from "../../effect";
import { apiGateway, object, service, workload } from "./objects";

const http = { name: "http", port: 80, protocol: "HTTP" };
const anywhere = { allowedRoutes: { namespaces: { from: "All" } } };
const gateway = apiGateway("shop/public", [http]);
const api = service("shop/api");
const toApi = [{ name: "api", port: 80 }];
const parentRefs = [{ name: "public" }];

function route(spec: object, name = "shop/api", kind = "HTTPRoute"): PlainObject {
  return object(kind, name, { parentRefs, rules: [{ backendRefs: toApi }], ...spec });
}

/** The model of a Gateway, a Service and further objects, and what the Gateway's proxy does with a request. */
function at(objects: readonly PlainObject[], request: object = {}, own = gateway) {
  const model = readObjects([own, api, ...objects]);
  const proxy = model.workloads.find(({ name }) => name === "public-istio");
  if (!proxy) throw new Error("there is no proxy");
  return routeOf(model, proxy, { host: "shop.example.com", port: 80, ...request });
}

describe("routes of the Gateway API", () => {
  it("lead from the proxy that istiod deploys for a Gateway, and name the route and its rule", () => {
    const model = readObjects([gateway, api]);
    expect(model.workloads).to.have.length(1);
    expect(model.workloads[0]).to.deep.include({ proxy: "gateway", serviceAccount: "public-istio" });
    const rules = [
      { matches: [{ path: { type: "Exact", value: "/a" } }], backendRefs: [] },
      { backendRefs: toApi },
    ];
    const found = at([route({ rules })]);
    expect(found).to.deep.include({
      outcome: "forwarded",
      by: { kind: "HTTPRoute", namespace: "shop", name: "api", route: 1 },
    });
    expect(at([route({ rules })], { path: "/a" })).to.deep.include({
      outcome: "answered",
      directResponse: { status: 500 },
    });
  });

  it("keep the Deployment and the Service of the objects, and leave Gateways of other controllers out", () => {
    const labels = { "gateway.networking.k8s.io/gateway-name": "public" };
    const containers = [{ name: "istio-proxy", image: "auto" }];
    const deployment = object("Deployment", "shop/public-istio", {
      template: { metadata: { labels }, spec: { containers } },
    });
    expect(readObjects([gateway, deployment]).workloads.map(({ from }) => from?.kind)).to.deep.equal([
      "Deployment",
    ]);
    const other = apiGateway("shop/public", [http], { gatewayClassName: "nginx" });
    expect(readObjects([other]).workloads).to.deep.equal([]);
    const named = object("GatewayClass", "mine", { controllerName: "istio.io/gateway-controller" });
    const own = apiGateway("shop/public", [http], { gatewayClassName: "mine" });
    expect(readObjects([own, named]).workloads.map(({ name }) => name)).to.deep.equal(["public-mine"]);
  });

  it("attach to a Service that exists, if the Gateway names its host", () => {
    const manual = apiGateway("shop/public", [http], {
      addresses: [{ type: "Hostname", value: "ingress" }],
    });
    const proxy = workload("shop/ingress", { proxy: "gateway" });
    const model = readObjects([manual, service("shop/ingress"), api, route({})], { workloads: [proxy] });
    expect(model.workloads).to.deep.equal([proxy]);
    expect(gatewayServers(model, proxy).map(({ from }) => from.name)).to.deep.equal(["public"]);
    expect(routeOf(model, proxy, { host: "x.example.com", port: 80 }).outcome).to.equal("forwarded");
  });

  it("are of the Gateway's namespace, unless a listener admits others", () => {
    const other = route(
      {
        parentRefs: [{ name: "public", namespace: "shop" }],
        rules: [{ backendRefs: [{ name: "ledger", port: 80 }] }],
      },
      "bank/ledger",
    );
    const ledger = service("bank/ledger");
    expect(at([other, ledger]).outcome).to.equal("not found");
    expect(at([other, ledger], {}, apiGateway("shop/public", [{ ...http, ...anywhere }])).outcome).to.equal(
      "forwarded",
    );
    const selector = { matchExpressions: [{ key: "team", operator: "In", values: ["a"] }] };
    const selecting = apiGateway("shop/public", [
      { ...http, allowedRoutes: { namespaces: { from: "Selector", selector } } },
    ]);
    const bank = (team: string): PlainObject => object("Namespace", "bank", {}, { labels: { team } });
    expect(at([other, ledger, bank("a")], {}, selecting).outcome).to.equal("forwarded");
    expect(at([other, ledger, bank("b")], {}, selecting).outcome).to.equal("not found");
  });

  it("match prefixes up to a slash, and prefer exact paths to longer prefixes and methods", () => {
    const rule = (name: string, match: object): object => ({ name, matches: [match], backendRefs: toApi });
    const rules = [
      rule("prefix", { path: { type: "PathPrefix", value: "/api/" } }),
      rule("post", { path: { type: "PathPrefix", value: "/api" }, method: "POST" }),
      rule("exact", { path: { type: "Exact", value: "/api" } }),
    ];
    const name = (request: object): string | undefined => at([route({ rules })], request).name;
    expect(name({ path: "/api" })).to.equal("exact");
    expect(name({ path: "/api/x" })).to.equal("prefix");
    expect(name({ path: "/api/x", method: "POST" })).to.equal("post");
    expect(name({ path: "/apix" })).to.equal(undefined);
  });

  it("need a ReferenceGrant for a Service of another namespace", () => {
    const backendRefs = [{ name: "ledger", namespace: "bank", port: 80 }];
    const objects = [route({ rules: [{ backendRefs }] }), service("bank/ledger")];
    const grant = (to: object): PlainObject =>
      object("ReferenceGrant", "bank/grant", {
        from: [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute", namespace: "shop" }],
        to: [{ group: "", kind: "Service", ...to }],
      });
    expect(at(objects).destinations).to.have.nested.property("[0].exists", false);
    expect(at([...objects, grant({ name: "other" })]).destinations).to.have.nested.property(
      "[0].exists",
      false,
    );
    expect(at([...objects, grant({})]).destinations).to.have.nested.property("[0].exists", true);
  });

  it("are dropped as a whole for a filter that Istio doesn't implement", () => {
    const filters = [{ type: "ExtensionRef", extensionRef: { group: "x", kind: "Y", name: "z" } }];
    const rules = [{ filters, backendRefs: toApi }, { backendRefs: toApi }];
    expect(at([route({ rules })]).outcome).to.equal("not found");
  });

  it("of GRPCRoutes match services and methods, and those of TLSRoutes names", () => {
    const matches = [{ method: { service: "shop.Api", method: "Get" } }];
    const grpc = route({ rules: [{ matches, backendRefs: toApi }] }, "shop/api", "GRPCRoute");
    expect(at([grpc], { path: "/shop.Api/Get" }).outcome).to.equal("forwarded");
    expect(at([grpc], { path: "/shop.Api/Put" }).outcome).to.equal("not found");
    const tls = { name: "tls", port: 443, protocol: "TLS", tls: { mode: "Passthrough" } };
    const passing = apiGateway("shop/public", [tls]);
    const named = route({ hostnames: ["shop.example.com"] }, "shop/api", "TLSRoute");
    const https = { port: 443, scheme: "https" } as const;
    expect(at([named], https, passing).destinations).to.have.nested.property(
      "[0].host",
      "api.shop.svc.cluster.local",
    );
    expect(at([named], { ...https, host: "other.example.com" }, passing).outcome).to.equal("blocked");
  });

  it("of TLSRoutes without backends match no connection, and leave a name to a wider listener", () => {
    const passthrough = { port: 443, protocol: "TLS", tls: { mode: "Passthrough" } };
    const both = apiGateway("shop/public", [
      { name: "wide", hostname: "*.example.com", ...passthrough },
      { name: "narrow", hostname: "shop.example.com", ...passthrough },
    ]);
    const https = { port: 443, scheme: "https" } as const;
    const to = (section: string, backendRefs: object[] = toApi): PlainObject =>
      route(
        {
          parentRefs: [{ name: "public", sectionName: section }],
          hostnames: ["*.example.com"],
          rules: [{ backendRefs }],
        },
        "shop/api",
        "TLSRoute",
      );
    expect(at([to("narrow")], https, both).outcome).to.equal("forwarded");
    expect(at([to("wide")], https, both).outcome).to.equal("forwarded");
    expect(at([to("narrow")], { ...https, host: "a.example.com" }, both).outcome).to.equal("blocked");
    expect(at([to("narrow", [])], https, both).outcome).to.equal("blocked");
  });

  it("of TLSRoutes for a Service are for the names that its clients ask for", () => {
    const secure = service("shop/secure", { ports: [{ name: "tls", port: 443 }] });
    const sent = (hostnames: string[] | undefined, host = "secure.shop.svc.cluster.local") => {
      const parents = [{ group: "", kind: "Service", name: "secure", namespace: "shop" }];
      const own = route({ parentRefs: parents, ...(hostnames && { hostnames }) }, "shop/own", "TLSRoute");
      const model = readObjects([api, secure, own]);
      const found = routeOf(model, workload("shop/web"), { host, port: 443, scheme: "https" });
      return found.destinations[0]?.host ?? found.outcome;
    };
    expect(sent(undefined)).to.equal("api.shop.svc.cluster.local");
    expect(sent(["secure.shop.svc.cluster.local"])).to.equal("api.shop.svc.cluster.local");
    expect(sent(["shop.example.com"])).to.equal("passed through");
    // istiod keeps those of several names that are the Service's: without any, the route is for every name.
    expect(sent(["shop.example.com", "shop.example.org"])).to.equal("api.shop.svc.cluster.local");
  });

  it("of TCPRoutes lead connections of a listener and of a Service", () => {
    const tcp = service("shop/db", { ports: [{ name: "tcp", port: 5432 }] });
    const parents = [{ group: "", kind: "Service", name: "db", namespace: "shop", port: 5432 }];
    const own = route({ parentRefs: parents }, "shop/db", "TCPRoute");
    const model = readObjects([api, tcp, own]);
    const request = { host: "db.shop.svc.cluster.local", port: 5432 };
    expect(routeOf(model, workload("shop/web"), request).destinations[0]?.host).to.equal(
      "api.shop.svc.cluster.local",
    );
    const listening = apiGateway("shop/public", [{ name: "tcp", port: 5432, protocol: "TCP" }]);
    const outside = route({ parentRefs }, "shop/db", "TCPRoute");
    expect(at([outside], { port: 5432 }, listening).outcome).to.equal("forwarded");
    expect(at([], { port: 5432 }, listening).outcome).to.equal("blocked");
  });

  it("for a Service apply to clients of its namespace and of the route's", () => {
    const toService = { parentRefs: [{ group: "", kind: "Service", name: "api", namespace: "shop" }] };
    const mirrored = route({ ...toService, rules: [{ name: "own", backendRefs: toApi }] });
    const consumer = route(
      {
        ...toService,
        rules: [{ name: "consumer", backendRefs: [{ name: "api", namespace: "shop", port: 80 }] }],
      },
      "bank/api",
    );
    const of = (from: string, objects: PlainObject[]): string | undefined =>
      routeOf(readObjects([api, ...objects]), workload(from), {
        host: "api.shop.svc.cluster.local",
        port: 80,
      }).name;
    expect(of("shop/web", [mirrored, consumer])).to.equal("own");
    expect(of("bank/web", [mirrored, consumer])).to.equal("consumer");
    expect(of("other/web", [consumer])).to.equal(undefined);
  });

  it("use TLS to the backend as a BackendTLSPolicy says", () => {
    const policy = object("BackendTLSPolicy", "shop/api", {
      targetRefs: [{ group: "", kind: "Service", name: "api", sectionName: "http" }],
      validation: { hostname: "api.example.com", wellKnownCACertificates: "System" },
    });
    expect(at([route({}), policy]).destinations[0]).to.deep.include({ tls: "SIMPLE" });
    expect(at([route({})]).destinations[0]).to.deep.include({ tls: "auto" });
  });

  it("are followed to the workload, whose policy decides", () => {
    const policy = (account: string): PlainObject =>
      object("AuthorizationPolicy", "shop/api", {
        selector: { matchLabels: { app: "api" } },
        rules: [{ from: [{ source: { serviceAccounts: [account] } }] }],
      });
    const verdict = (account: string): string => {
      const model = readObjects([gateway, api, route({}), policy(account)], {
        workloads: [workload("shop/api")],
      });
      const proxy = model.workloads.find(({ proxy: kind }) => kind === "gateway");
      if (!proxy) throw new Error("there is no proxy");
      return deliver(model, proxy, { host: "shop.example.com", port: 80 }).verdict;
    };
    expect(verdict("public-istio")).to.equal("allowed");
    expect(verdict("web")).to.equal("denied");
  });

  it("change with a route, a grant and a policy, and each change has a request", () => {
    const base = [gateway, api, service("bank/ledger")];
    const backendRefs = [{ name: "ledger", namespace: "bank", port: 80 }];
    const before = [...base, route({ rules: [{ backendRefs: [...toApi, ...backendRefs] }] })];
    const grant = object("ReferenceGrant", "bank/grant", {
      from: [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute", namespace: "shop" }],
      to: [{ group: "", kind: "Service" }],
    });
    const kinds = (old: PlainObject[], now: PlainObject[]): string[] =>
      difference(readObjects(old), readObjects(now)).map(({ kind }) => kind);
    expect(kinds(before, before)).to.deep.equal([]);
    expect(kinds(before, [...before, grant])).to.deep.equal(["route changed"]);
    expect(kinds([...before, grant], before)).to.deep.equal(["route broken"]);
    const prefix = route({ rules: [{ matches: [{ path: { value: "/a" } }], backendRefs: toApi }] });
    expect(kinds([...base, route({})], [...base, prefix])).to.deep.equal(["route broken"]);
  });

  it("are unknown at waypoints and for sets of listeners", () => {
    const waypoint = apiGateway("shop/waypoint", [{ name: "mesh", port: 15008, protocol: "HBONE" }], {
      gatewayClassName: "istio-waypoint",
    });
    const model = readObjects([waypoint]);
    const [proxy] = model.workloads;
    if (!proxy) throw new Error("there is no waypoint");
    expect(routeOf(model, proxy, { host: "x", port: 80 }).outcome).to.equal("unknown");
    expect(mayCall(model, proxy, { port: 80 }).answer).to.equal("unknown");
    const set = object("ListenerSet", "shop/more", { parentRef: { name: "public" }, listeners: [] });
    expect(at([route({}), set])).to.deep.include({
      outcome: "unknown",
      by: { kind: "ListenerSet", namespace: "shop", name: "more" },
    });
  });
});

describe("ambient mode", () => {
  const inAmbient = object("Namespace", "shop", {}, { labels: { "istio.io/dataplane-mode": "ambient" } });
  const pod = workload("shop/api", {
    proxy: "none",
    from: { kind: "Deployment", namespace: "shop", name: "api" },
  });

  it("makes access and routes unknown, unless a pod leaves it or has a sidecar", () => {
    const model = readObjects([inAmbient]);
    expect(mayCall(model, pod, { port: 80 })).to.deep.include({
      answer: "unknown",
      by: { kind: "Namespace", namespace: "", name: "shop" },
    });
    expect(routeOf(model, pod, { host: "x", port: 80 }).outcome).to.equal("unknown");
    const out = { ...pod, labels: { "istio.io/dataplane-mode": "none" } };
    expect(mayCall(model, out, { port: 80 }).answer).to.equal("allowed");
    expect(mayCall(model, workload("shop/api"), { port: 80 })).to.deep.include({
      answer: "allowed",
      reason: "no policy",
    });
  });

  it("is a difference", () => {
    const found = difference(
      readObjects([], { workloads: [pod] }),
      readObjects([inAmbient], { workloads: [pod] }),
    );
    expect(found.map(({ kind }) => kind)).to.deep.equal(["unread", "unread"]);
  });
});

describe("listeners of a Sidecar", () => {
  const sidecar = (listener: object): PlainObject =>
    object("Sidecar", "shop/api", {
      ingress: [{ port: { number: 8080, name: "tcp", protocol: "TCP" }, ...listener }],
    });
  const paths = object("AuthorizationPolicy", "shop/api", {
    rules: [{ to: [{ operation: { paths: ["/a"] } }] }],
  });
  const to = { host: "api.shop.svc.cluster.local", port: 80, path: "/a" };

  it("decide whether a proxy reads requests", () => {
    const workloads = [workload("shop/api"), workload("shop/web")];
    const verdict = (...objects: PlainObject[]): string => {
      const model = readObjects([api, paths, ...objects], { workloads });
      return deliver(model, workload("shop/web"), to).verdict;
    };
    expect(verdict()).to.equal("allowed");
    expect(verdict(sidecar({}))).to.equal("denied");
  });

  it("with certificates of their own are unknown", () => {
    const model = readObjects([api, sidecar({ tls: { mode: "SIMPLE", credentialName: "x" } })]);
    expect(mayCall(model, workload("shop/api"), { port: 8080 })).to.deep.include({
      answer: "unknown",
      by: { kind: "Sidecar", namespace: "shop", name: "api" },
    });
  });
});
