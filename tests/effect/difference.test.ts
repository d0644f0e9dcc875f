import { expect } from "chai";
import { difference, type PlainObject, readObjects, type Workload } from "../../effect";
import { object, service, workload } from "./objects";

const web = workload("shop/web");
const api = workload("shop/api");
const host = "api.shop.svc.cluster.local";
const base = [
  service("shop/api"),
  object("PeerAuthentication", "shop/default", { mtls: { mode: "STRICT" } }),
  object("AuthorizationPolicy", "shop/default", {}),
];
const retries = "2 retries on connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes";
const allow = (paths: string[]): PlainObject =>
  object("AuthorizationPolicy", "shop/api", {
    selector: { matchLabels: { app: "api" } },
    rules: [
      {
        from: [{ source: { principals: ["cluster.local/ns/shop/sa/web"] } }],
        to: [{ operation: { ports: ["8080"], paths } }],
      },
    ],
  });
const routes = (http: object[]): PlainObject => object("VirtualService", "shop/api", { hosts: [host], http });
const to = (more: object = {}, destination: object = {}): object => ({
  route: [{ destination: { host, ...destination } }],
  ...more,
});

/** Changes, without the workload's details. */
function changes(before: PlainObject[], after: PlainObject[], of: Workload[][] = [[web, api]]): object[] {
  const [old = [], now = old] = of;
  return difference(readObjects(before, { workloads: old }), readObjects(after, { workloads: now })).map(
    ({ kind, workload: { name }, sure, witness, sent, before: was, after: is }) => ({
      kind,
      name,
      sure,
      ...(witness && { witness }),
      ...(sent && { sent }),
      was,
      is,
    }),
  );
}

describe("difference", () => {
  it("is none between equal models, in whatever order", () => {
    expect(changes([...base, allow(["/a"])], [allow(["/a"]), ...base])).to.deep.equal([]);
  });

  it("shows access that is gained and lost with a request", () => {
    const by = "(AuthorizationPolicy shop/api)";
    const witness = {
      port: 8080,
      identity: { trustDomain: "cluster.local", namespace: "shop", serviceAccount: "web" },
      method: "GET",
    };
    expect(changes([...base, allow(["/api/*"])], [...base, allow(["/api/*", "/admin"])])).to.deep.equal([
      {
        kind: "access gained",
        name: "api",
        sure: true,
        witness: { ...witness, path: "/admin" },
        was: `denied: no rule allows ${by}`,
        is: `allowed: rule allows ${by}`,
      },
    ]);
    expect(changes([...base, allow(["/api/*"])], [...base, allow(["/api/v1/*"])])).to.deep.equal([
      {
        kind: "access lost",
        name: "api",
        sure: true,
        witness: { ...witness, path: "/api/other" },
        was: `allowed: rule allows ${by}`,
        is: `denied: no rule allows ${by}`,
      },
    ]);
    // The same set, written otherwise.
    expect(changes([...base, allow(["/a*"])], [...base, allow(["/ab*", "/a*"])])).to.deep.equal([]);
  });

  it("shows weaker mutual TLS for each port, and the access that follows", () => {
    const peers = object("PeerAuthentication", "shop/api", {
      selector: { matchLabels: { app: "api" } },
      portLevelMtls: { 8080: { mode: "PERMISSIVE" } },
    });
    const open = object("AuthorizationPolicy", "shop/open", { rules: [{}] });
    const [weaker, gained] = changes([...base, open], [...base, open, peers]);
    expect(weaker).to.deep.equal({
      kind: "mTLS weaker",
      name: "api",
      sure: true,
      witness: { port: 8080, protocol: "tcp" },
      was: "port 8080: STRICT",
      is: "port 8080: PERMISSIVE",
    });
    expect(gained).to.deep.include({
      kind: "access gained",
      witness: { port: 8080, method: "GET", path: "/" },
    });
  });

  it("shows a proxy that is removed, from all ports or from one", () => {
    const without: Workload = { ...api, proxy: "none" };
    expect(changes(base, base, [[api], [without]])).to.deep.include.members([
      { kind: "proxy removed", name: "api", sure: true, was: "sidecar", is: "none" },
    ]);
    const bypassing = { ...api, annotations: { "traffic.sidecar.istio.io/excludeInboundPorts": "8080" } };
    expect(changes(base, base, [[api], [bypassing]]).map((one) => (one as { is: string }).is)).to.include(
      "port 8080: its connections bypass the proxy",
    );
  });

  it("shows routes that change or break, with a request of the client", () => {
    const rule = object("DestinationRule", "shop/api", {
      host,
      subsets: [{ name: "v1", labels: { version: "v1" } }],
    });
    const old = [...base, rule, routes([to()])];
    const now = [
      ...base,
      rule,
      routes([to({ match: [{ uri: { prefix: "/v2" } }] }, { subset: "v2" }), to({ timeout: "1s" })]),
    ];
    expect(changes(old, now, [[web]])).to.deep.equal(
      [
        {
          kind: "route broken",
          name: "web",
          sure: true,
          sent: { host, port: 80, path: "/v2other" },
          was: `forwarded; 100 % to ${host}:80 TLS auto; ${retries}`,
          is: `no cluster for ${host}:80 subset v2 (503)`,
        },
        {
          kind: "route changed",
          name: "web",
          sure: true,
          sent: { host, port: 80, path: "/" },
          was: "timeout not set",
          is: "timeout 1000 ms",
        },
      ].toSorted((a, b) => (a.sent.path === "/" ? -1 : 1) - (b.sent.path === "/" ? -1 : 1)),
    );
  });

  it("shows shares that change, and none for the same shares by other weights", () => {
    const subset = (name: string): object => ({ name, labels: { version: name } });
    const rule = object("DestinationRule", "shop/api", { host, subsets: [subset("v1"), subset("v2")] });
    const split = (...weights: [string, number][]): PlainObject[] => [
      ...base,
      rule,
      routes([{ route: weights.map(([name, weight]) => ({ destination: { host, subset: name }, weight })) }]),
    ];
    const old = split(["v1", 90], ["v2", 10]);
    expect(changes(old, split(["v2", 100], ["v1", 900]), [[web]])).to.deep.equal([]);
    const [shifted, ...more] = changes(old, split(["v1", 0], ["v2", 100]), [[web]]);
    expect(more).to.deep.equal([]);
    expect(shifted).to.deep.include({
      kind: "route changed",
      was: `share of ${host}:80 subset v1 90 %, share of ${host}:80 subset v2 10 %`,
      is: `share of ${host}:80 subset v2 100 %`,
    });
  });

  it("shows regular expressions that differ, also if no example is routed otherwise", () => {
    const of = (regex: string, more: object = {}): PlainObject[] => [
      ...base,
      routes([to({ match: [{ uri: { regex } }], ...more })]),
    ];
    const narrow = "/items/[0-9]+";
    const text = (one: string): string => `regular expressions of routes: ${one}`;
    const change = { kind: "route changed", name: "web", sure: false, sent: { host, port: 80 } };
    const wide = "/items/[0-9a-f]+";
    expect(changes(of(narrow), of(wide), [[web]])).to.deep.equal([
      { ...change, was: text(narrow), is: text(wide) },
    ]);
    const added = routes([to({ match: [{ uri: { regex: narrow } }], timeout: "1s" }), to()]);
    expect(changes([...base, routes([to()])], [...base, added], [[web]])).to.deep.equal([
      { ...change, was: text("none"), is: text(narrow) },
    ]);
    expect(changes(of(narrow), of(narrow), [[web]])).to.deep.equal([]);
    // With a request that shows the change, the expressions are not repeated.
    const shown = changes(of("/items/.*"), of("/goods/.*"), [[web]]);
    expect(shown).to.not.be.empty;
    expect(JSON.stringify(shown)).to.not.include("regular expressions");
  });

  it("shows what leaves the mesh, and objects that are not read", () => {
    const sidecar = (mode: string): PlainObject =>
      object("Sidecar", "shop/default", { outboundTrafficPolicy: { mode } });
    expect(
      changes([...base, sidecar("REGISTRY_ONLY")], [...base, sidecar("ALLOW_ANY")], [[web]]),
    ).to.deep.equal([
      {
        kind: "egress opened",
        name: "web",
        sure: true,
        sent: { host: "unknown.example", port: 443 },
        was: "REGISTRY_ONLY",
        is: "ALLOW_ANY",
      },
    ]);
    const entry = (location: string): PlainObject =>
      object("ServiceEntry", "shop/bank", {
        hosts: ["bank.example"],
        location,
        ports: [{ number: 443, name: "tls", protocol: "TLS" }],
      });
    const closed = [...base, sidecar("REGISTRY_ONLY")];
    const [reached, ...more] = changes(closed, [...closed, entry("MESH_EXTERNAL")], [[web]]);
    expect(more).to.deep.equal([]);
    expect(reached).to.deep.include({
      kind: "host reached",
      sent: { host: "bank.example", port: 443 },
      was: "outcome blocked",
      is: "outcome forwarded, share of bank.example:443 100 %, TLS of bank.example:443 none",
    });
    const [inside] = changes(closed, [...closed, entry("MESH_INTERNAL")], [[web]]);
    expect(inside).to.include({ kind: "route changed" });
    const plugin = object("WasmPlugin", "shop/plugin", {});
    expect(changes(base, [...base, plugin], [[web]])).to.deep.equal([
      {
        kind: "unread",
        name: "web",
        sure: false,
        was: "not there",
        is: "access: a Wasm plugin can answer, change and refuse requests",
      },
    ]);
  });
});
