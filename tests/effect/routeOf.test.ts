import { expect } from "chai";
import {
  defaultRetries,
  readObjects,
  type RoutedRequest,
  type Route,
  routeOf,
  type Workload,
} from "../../effect";
import { object, service, workload } from "./objects";

const web = workload("shop/web", { labels: { app: "web", version: "v1" } });
const host = "api.shop.svc.cluster.local";
const api = service("shop/api");
const routes = (spec: object, name = "shop/api"): ReturnType<typeof object> =>
  object("VirtualService", name, { hosts: [host], ...spec });
const toApi = (more: object = {}): object => ({ route: [{ destination: { host } }], ...more });

function route(
  objects: ReturnType<typeof object>[],
  request: Partial<RoutedRequest> = {},
  from: Workload = web,
): Route {
  return routeOf(readObjects([api, ...objects]), from, { host, port: 80, ...request });
}
const name = (...args: Parameters<typeof route>): string | undefined => route(...args).name;

describe("routes of a sidecar", () => {
  const plain = { host, port: 80, weight: 1, exists: true, tls: "auto", policy: {} };

  it("lead to the service without a VirtualService, with Istio's retries and no timeout", () => {
    const wanted = { outcome: "forwarded", destinations: [plain], mirrors: [], retries: defaultRetries };
    for (const each of [host, "api", "api.shop", "api.shop.svc", "API.shop", "10.0.0.1"]) {
      expect(route([], { host: each }), each).to.deep.equal(wanted);
    }
    expect(route([], { host: "api" }, workload("bank/web")).outcome).to.equal("passed through");
    expect(route([], { host: "api.shop" }, workload("bank/web"))).to.deep.equal(wanted);
  });

  it("match path, method, headers, query and port, the first that matches", () => {
    const match = (one: object): object => toApi({ name: "matched", match: [one] });
    const cases: [object, Partial<RoutedRequest>, boolean][] = [
      [{ uri: { prefix: "/a" } }, { path: "/ab?x" }, true],
      [{ uri: { exact: "/a" } }, { path: "/a?x=1" }, true],
      [{ uri: { exact: "/A" }, ignoreUriCase: true }, { path: "/a" }, true],
      [{ uri: { exact: "/A" } }, { path: "/a" }, false],
      [{ uri: { regex: "/a/[0-9]+" } }, { path: "/a/12" }, true],
      [{ uri: { regex: "/a/[0-9]+" } }, { path: "/a/12/b" }, false],
      [{ method: { exact: "POST" } }, { method: "POST" }, true],
      [{ headers: { "X-Beta": { exact: "1" } } }, { headers: { "x-beta": "1" } }, true],
      [{ headers: { "x-beta": {} } }, { headers: { "x-beta": "" } }, true],
      [{ headers: { "x-beta": {} } }, {}, false],
      [{ withoutHeaders: { "x-beta": { exact: "1" } } }, {}, true],
      [{ withoutHeaders: { "x-beta": { exact: "1" } } }, { headers: { "x-beta": "1" } }, false],
      [{ queryParams: { v: { exact: "2" } } }, { path: "/?u=1&v=2" }, true],
      [{ port: 8080 }, {}, false],
      [{ sourceLabels: { version: "v1" } }, {}, true],
      [{ sourceLabels: { version: "v2" } }, {}, false],
      [{ sourceNamespace: "bank" }, {}, false],
      [{ gateways: ["mesh"] }, {}, true],
      [{ gateways: ["public"] }, {}, false],
    ];
    for (const [one, request, matched] of cases) {
      const spec = { http: [match(one), toApi({ name: "else" })] };
      expect(name([routes(spec)], request), JSON.stringify([one, request])).to.equal(
        matched ? "matched" : "else",
      );
    }
    expect(route([routes({ http: [match({ uri: { prefix: "/a" } })] })]).outcome).to.equal("not found");
    expect(route([routes({ http: [match({ uri: { regex: "(?<a" } })] })]).outcome).to.equal("unknown");
  });

  it("have timeout, retries, faults, rewrites, mirrors and weights as written", () => {
    const rule = object("DestinationRule", "shop/api", {
      host: "api",
      trafficPolicy: { tls: { mode: "ISTIO_MUTUAL" } },
      subsets: [
        { name: "v1", labels: { version: "v1" } },
        {
          name: "v2",
          labels: { version: "v2" },
          trafficPolicy: { connectionPool: { tcp: { maxConnections: 1 } } },
        },
      ],
    });
    const http = {
      name: "all",
      route: [
        { destination: { host: "api", subset: "v1" }, weight: 90 },
        { destination: { host, subset: "v2", port: { number: 80 } }, weight: 10 },
        { destination: { host, subset: "v3" }, weight: 0 },
      ],
      timeout: "1.5s",
      retries: { attempts: 3, perTryTimeout: "500ms", retryOn: "5xx" },
      fault: { abort: { httpStatus: 500, percentage: { value: 1 } } },
      rewrite: { uri: "/x" },
      mirror: { host: "api", subset: "v9" },
    };
    const tls = { mode: "ISTIO_MUTUAL" };
    expect(route([rule, routes({ http: [http] })])).to.deep.equal({
      outcome: "forwarded",
      name: "all",
      path: "/x",
      by: { kind: "VirtualService", namespace: "shop", name: "api", route: 0 },
      destinations: [
        {
          host,
          port: 80,
          subset: "v1",
          weight: 90,
          exists: true,
          labels: { version: "v1" },
          tls: "ISTIO_MUTUAL",
          policy: { tls },
        },
        {
          host,
          port: 80,
          subset: "v2",
          weight: 10,
          exists: true,
          labels: { version: "v2" },
          tls: "ISTIO_MUTUAL",
          policy: { connectionPool: { tcp: { maxConnections: 1 } }, tls },
        },
      ],
      timeout: 1500,
      retries: { attempts: 3, perTryTimeout: 500, retryOn: "5xx" },
      fault: http.fault,
      rewrite: { uri: "/x" },
      mirrors: [
        {
          destination: {
            host,
            port: 80,
            subset: "v9",
            weight: 1,
            exists: false,
            tls: "ISTIO_MUTUAL",
            policy: { tls },
          },
          percentage: 100,
        },
      ],
    });
    expect(route([routes({ http: [toApi({ retries: { attempts: 0 } })] })])).to.not.have.property("retries");
    expect(route([routes({ http: [{ redirect: { uri: "/" } }] })]).outcome).to.equal("redirected");
    expect(route([routes({ http: [{ directResponse: { status: 503 } }] })]).outcome).to.equal("answered");
  });

  it("are the first VirtualService's of a host: own namespace alone, exported to it, public, then the oldest", () => {
    const named = (of: string, more: object, created = "2026-01-01T00:00:00Z"): ReturnType<typeof object> =>
      object(
        "VirtualService",
        of,
        { hosts: [host], http: [toApi({ name: of })], ...more },
        { creationTimestamp: created },
      );
    const open = named("bank/a", {});
    const newer = named("shop/newer", {}, "2026-02-01T00:00:00Z");
    const exported = named("bank/exported", { exportTo: ["shop"] }, "2026-03-01T00:00:00Z");
    const own = named("shop/own", { exportTo: ["."] }, "2026-04-01T00:00:00Z");
    expect(name([newer, open])).to.equal("bank/a");
    expect(name([open, exported])).to.equal("bank/exported");
    expect(name([open, exported, own])).to.equal("shop/own");
    expect(name([open, own], {}, workload("bank/web"))).to.equal("bank/a");
    expect(name([named("shop/hidden", { exportTo: ["~"] }), newer])).to.equal("shop/newer");
    const wide = named("shop/wide", { hosts: ["*.svc.cluster.local"], exportTo: ["."] });
    expect(name([wide, newer])).to.equal("shop/newer");
    expect(name([wide])).to.equal("shop/wide");
  });

  it("merge delegates into their roots, but not what the root doesn't match", () => {
    const root = routes({
      http: [
        { match: [{ uri: { prefix: "/a" } }], delegate: { name: "part", namespace: "bank" }, timeout: "2s" },
        toApi({ name: "else" }),
      ],
    });
    const part = (prefix: string): ReturnType<typeof object> =>
      object("VirtualService", "bank/part", {
        http: [toApi({ name: "part", match: [{ uri: { prefix } }] })],
      });
    expect(route([root, part("/a/b")], { path: "/a/b/c" })).to.include({ name: "part", timeout: 2000 });
    expect(name([root, part("/a/b")], { path: "/a/c" })).to.equal("else");
    expect(name([root, part("/b")], { path: "/b" })).to.equal("else");
  });

  it("lead to hosts that a Sidecar selects, and to no others with REGISTRY_ONLY", () => {
    const other = service("bank/ledger");
    const limited = (spec: object, of = "shop/web"): ReturnType<typeof object> => object("Sidecar", of, spec);
    const ledger = { host: "ledger.bank" };
    expect(route([other], ledger).outcome).to.equal("forwarded");
    const own = limited({ workloadSelector: { labels: { app: "web" } }, egress: [{ hosts: ["./*"] }] });
    expect(route([other, own], ledger).outcome).to.equal("passed through");
    expect(route([other, own]).outcome).to.equal("forwarded");
    const closed = { egress: [{ hosts: ["./*"] }], outboundTrafficPolicy: { mode: "REGISTRY_ONLY" } };
    expect(route([other, limited(closed)], ledger).outcome).to.equal("blocked");
    expect(route([other, limited(closed, "istio-system/default")], ledger).outcome).to.equal("blocked");
    expect(route([other, limited(closed), own], ledger).outcome).to.equal("passed through");
    const without = limited({ egress: [{ hosts: ["*/*", "~bank/*"] }] });
    expect(route([other, without], ledger).outcome).to.equal("passed through");
    // A VirtualService's destinations have clusters even where the Sidecar doesn't select them.
    const elsewhere = routes({
      http: [{ route: [{ destination: { host: "ledger.bank.svc.cluster.local" } }] }],
    });
    expect(route([other, own, elsewhere]).destinations).to.have.nested.property("[0].exists", true);
  });

  it("lead to ServiceEntries, to hosts of a VirtualService on port 80, and to what is exported", () => {
    const entry = (spec: object = {}): ReturnType<typeof object> =>
      object("ServiceEntry", "bank/out", {
        hosts: ["out.example.com"],
        ports: [{ number: 80, name: "http", protocol: "HTTP" }],
        resolution: "DNS",
        ...spec,
      });
    const out = { host: "out.example.com" };
    expect(route([entry()], out).destinations[0]).to.include({ exists: true, tls: "none" });
    expect(route([entry({ exportTo: ["."] })], out).outcome).to.equal("passed through");
    const free = routes({ hosts: ["free.example.com"], http: [toApi({ name: "free" })] });
    expect(name([free], { host: "free.example.com" })).to.equal("free");
    expect(route([free], { host: "free.example.com", port: 8080 }).outcome).to.equal("passed through");
    const hidden = service("bank/hidden", {}, { annotations: { "networking.istio.io/exportTo": "." } });
    expect(route([hidden], { host: "hidden.bank" }).outcome).to.equal("passed through");
  });

  it("use the DestinationRule of the client, else of the service, else of the root namespace", () => {
    const rule = (of: string, mode: string, more: object = {}): ReturnType<typeof object> =>
      object("DestinationRule", of, { host, trafficPolicy: { tls: { mode } }, ...more });
    const mode = (...args: Parameters<typeof route>): string | undefined =>
      route(...args).destinations[0]?.tls;
    const root = rule("istio-system/all", "SIMPLE", { host: "*.cluster.local" });
    const ofService = rule("shop/api", "DISABLE");
    const ofClient = rule("bank/api", "MUTUAL");
    const bank = workload("bank/web");
    expect(mode([root], {}, bank)).to.equal("SIMPLE");
    expect(mode([root, ofService], {}, bank)).to.equal("DISABLE");
    expect(mode([root, ofService, ofClient], {}, bank)).to.equal("MUTUAL");
    expect(mode([root, ofService, ofClient])).to.equal("DISABLE");
    expect(mode([rule("shop/api", "DISABLE", { exportTo: ["."] }), root], {}, bank)).to.equal("SIMPLE");
    const selecting = { workloadSelector: { matchLabels: { app: "web" } } };
    expect(mode([ofService, rule("shop/web", "MUTUAL", selecting)])).to.equal("MUTUAL");
    const ports = [{ port: { number: 80 }, loadBalancer: { simple: "RANDOM" } }];
    const perPort = rule("shop/api", "DISABLE", {
      trafficPolicy: { tls: { mode: "DISABLE" }, portLevelSettings: ports },
    });
    expect(mode([perPort])).to.equal("auto");
  });

  it("of clients with other labels differ in one model, in each order of questions", () => {
    const other = workload("shop/other", { labels: { app: "other", version: "v2" } });
    const routed = routes({
      http: [toApi({ match: [{ sourceLabels: { app: "web" } }], timeout: "1s" }), toApi({ timeout: "2s" })],
    });
    const rules = ["web", "other"].map((app) =>
      object("DestinationRule", `shop/${app}`, {
        host,
        workloadSelector: { matchLabels: { app } },
        trafficPolicy: { tls: { mode: app === "web" ? "SIMPLE" : "DISABLE" } },
      }),
    );
    const expected = new Map([
      [web, [1000, "SIMPLE"]],
      [other, [2000, "DISABLE"]],
    ]);
    for (const [clients, objects] of [
      [
        [web, other],
        [routed, ...rules],
      ],
      [
        [other, web],
        [routed, ...rules],
      ],
    ] as const) {
      const model = readObjects([api, ...objects]);
      for (const client of clients) {
        const { timeout, destinations } = routeOf(model, client, { host, port: 80 });
        expect([timeout, destinations[0]?.tls]).to.deep.equal(expected.get(client));
      }
    }
    // Without a route, only the DestinationRules distinguish them.
    const model = readObjects([api, ...rules]);
    const modes = [other, web].map(
      (client) => routeOf(model, client, { host, port: 80 }).destinations[0]?.tls,
    );
    expect(modes).to.deep.equal(["DISABLE", "SIMPLE"]);
  });

  it("of connections are those of tcp and tls, and lead to the service without any", () => {
    const database = service("shop/api", { ports: [{ name: "tcp", port: 5432 }] });
    const tcp = (match: object[], subset: string): object => ({
      ...(match.length > 0 && { match }),
      route: [{ destination: { host, subset } }],
    });
    const to = (spec: object, port = 5432): unknown =>
      routeOf(readObjects([database, routes(spec)]), web, { host, port }).destinations[0]?.subset;
    expect(to({ http: [toApi()] })).to.equal(undefined);
    expect(to({ tcp: [tcp([{ port: 1 }], "v1"), tcp([], "v2")] })).to.equal("v2");
    expect(
      to({ tcp: [tcp([{ port: 5432, sourceLabels: { version: "v1" } }], "v1"), tcp([], "v2")] }),
    ).to.equal("v1");
    const subnet = { tcp: [tcp([{ destinationSubnets: ["10.0.0.0/8"] }], "v1")] };
    expect(routeOf(readObjects([database, routes(subnet)]), web, { host, port: 5432 }).outcome).to.equal(
      "unknown",
    );
  });

  it("are unknown with an EnvoyFilter that changes routes", () => {
    const patches = [
      { applyTo: "HTTP_ROUTE", patch: { operation: "MERGE", value: { route: { cluster: "x" } } } },
    ];
    const filter = object("EnvoyFilter", "shop/filter", { configPatches: patches });
    expect(route([filter])).to.deep.include({
      outcome: "unknown",
      by: { kind: "EnvoyFilter", namespace: "shop", name: "filter" },
    });
  });
});

describe("routes of a gateway", () => {
  const gateway = workload("istio-ingress/gateway", { labels: { istio: "ingress" }, proxy: "gateway" });
  const server = (more: object = {}): object => ({
    port: { number: 80, name: "http", protocol: "HTTP" },
    hosts: ["*.example.com"],
    ...more,
  });
  const servers = (...list: object[]): ReturnType<typeof object> =>
    object("Gateway", "istio-ingress/public", { selector: { istio: "ingress" }, servers: list });
  const bound = (of: string, more: object = {}): ReturnType<typeof object> =>
    object("VirtualService", of, {
      hosts: ["shop.example.com"],
      gateways: ["istio-ingress/public"],
      http: [toApi({ name: of })],
      ...more,
    });
  const at = (objects: ReturnType<typeof object>[], request: Partial<RoutedRequest> = {}): Route =>
    route(objects, { host: "shop.example.com", ...request }, gateway);

  it("are those of VirtualServices that are bound to it, for hosts of its servers", () => {
    expect(at([servers(server()), bound("shop/a")]).name).to.equal("shop/a");
    expect(at([servers(server()), bound("shop/a", { gateways: ["mesh"] })]).outcome).to.equal("not found");
    expect(at([servers(server()), bound("shop/a", { hosts: ["shop.example.org"] })]).outcome).to.equal(
      "not found",
    );
    expect(at([servers(server({ hosts: ["bank/*.example.com"] })), bound("shop/a")]).outcome).to.equal(
      "not found",
    );
    expect(at([servers(server()), bound("shop/a")], { port: 81 }).outcome).to.equal("blocked");
    const wide = bound("shop/a", { hosts: ["*"] });
    expect(at([servers(server()), wide], { host: "x.example.com" }).name).to.equal("shop/a");
    expect(at([servers(server()), wide], { host: "x.example.org" }).outcome).to.equal("not found");
  });

  it("of several VirtualServices for a host follow each other, and those for all requests come last", () => {
    const first = bound("shop/a");
    const second = bound("shop/b", { http: [toApi({ name: "b", match: [{ uri: { prefix: "/b" } }] })] });
    expect(at([servers(server()), first, second], { path: "/b" }).name).to.equal("b");
    expect(at([servers(server()), first, second], { path: "/a" }).name).to.equal("shop/a");
  });

  it("of connections are matched by the name that the client asks for", () => {
    const tls = servers(
      server({ port: { number: 443, name: "tls", protocol: "TLS" }, tls: { mode: "PASSTHROUGH" } }),
    );
    const passed = bound("shop/a", {
      tls: [{ match: [{ sniHosts: ["shop.example.com"] }], route: [{ destination: { host } }] }],
    });
    const request = { port: 443, scheme: "https" } as const;
    expect(at([tls, passed], request).destinations).to.have.nested.property("[0].host", host);
    expect(at([tls, passed], { ...request, host: "x.example.com" }).outcome).to.equal("blocked");
  });

  it("redirect plaintext, and choose the server by the name that the client asks for", () => {
    const https = {
      port: { number: 443, name: "https", protocol: "HTTPS" },
      tls: { mode: "SIMPLE", credentialName: "x" },
    };
    const both = servers(
      server({ tls: { httpsRedirect: true } }),
      server(https),
      server({ ...https, port: { ...https.port, name: "other" }, hosts: ["shop.example.com"] }),
    );
    expect(at([both, bound("shop/a")]).outcome).to.equal("redirected");
    expect(at([both, bound("shop/a")], { port: 443, scheme: "https" }).name).to.equal("shop/a");
    expect(at([both, bound("shop/a")], { port: 443 }).outcome).to.equal("blocked");
  });
});
