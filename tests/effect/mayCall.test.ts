import { expect } from "chai";
import { type Decision, mayCall, readObjects, type Request } from "../../effect";
import { object, workload } from "./objects";

const api = workload("shop/api");
const web = { trustDomain: "cluster.local", namespace: "shop", serviceAccount: "web" };
const policy = (spec: object, name = "shop/one", metadata: object = {}): ReturnType<typeof object> =>
  object("AuthorizationPolicy", name, spec, metadata);

function decide(
  objects: ReturnType<typeof object>[],
  request: Partial<Request> = {},
  settings: object = {},
): Decision {
  return mayCall(readObjects(objects, { settings }), api, { identity: web, port: 8080, ...request });
}
const answer = (...args: Parameters<typeof decide>): string => decide(...args).answer;
const allowing = (rule: object): ReturnType<typeof object>[] => [policy({ action: "ALLOW", rules: [rule] })];
const from = (source: object): ReturnType<typeof object>[] => allowing({ from: [{ source }] });
const to = (operation: object): ReturnType<typeof object>[] => allowing({ to: [{ operation }] });

describe("access", () => {
  it("is open without policies, and closed by one that allows nothing", () => {
    expect(decide([])).to.deep.equal({ answer: "allowed", reason: "no policy", unread: [] });
    const by = { kind: "AuthorizationPolicy", namespace: "shop", name: "one" };
    expect(decide([policy({})])).to.deep.equal({
      answer: "denied",
      reason: "no rule allows",
      by,
      unread: [],
    });
    expect(decide([policy({ rules: [{}] })])).to.deep.equal({
      answer: "allowed",
      reason: "rule allows",
      by: { ...by, rule: 0 },
      unread: [],
    });
    expect(answer([policy({ action: "DENY" })])).to.equal("allowed");
    expect(answer([policy({ action: "DENY", rules: [{}] })])).to.equal("denied");
  });

  it("is denied by the narrowest policy that allows nothing, whatever the order of the objects", () => {
    const selector = { matchLabels: { app: "api" } };
    const objects = [
      policy({}, "istio-system/all"),
      policy({}, "shop/default-deny"),
      policy({ selector }, "shop/own-b"),
      policy({ selector }, "shop/own-a"),
    ];
    const named = (list: typeof objects): unknown => decide(list).by;
    for (const order of [objects, objects.toReversed()]) {
      expect(named(order)).to.include({ namespace: "shop", name: "own-a" });
      expect(named(order.filter(({ spec }) => !("selector" in (spec as object))))).to.include({
        namespace: "shop",
        name: "default-deny",
      });
    }
  });

  it("is denied before it is allowed, of the workload, its namespace and the root namespace", () => {
    const deny = { action: "DENY", rules: [{ to: [{ operation: { methods: ["POST"] } }] }] };
    for (const name of ["shop/deny", "istio-system/deny"]) {
      const objects = [...allowing({}), policy(deny, name)];
      expect(answer(objects, { method: "POST" }), name).to.equal("denied");
      expect(answer(objects, { method: "GET" }), name).to.equal("allowed");
    }
    expect(answer([policy(deny, "bank/deny")], { method: "POST" })).to.equal("allowed");
    const selecting = { ...deny, selector: { matchLabels: { app: "other" } } };
    expect(answer([policy(selecting)], { method: "POST" })).to.equal("allowed");
    expect(
      answer([policy({ ...deny, targetRefs: [{ kind: "Service", name: "api" }] })], { method: "POST" }),
    ).to.equal("allowed");
  });

  it("is decided by no dry run and by no audit, and by an external authorizer that is not known", () => {
    const dry = { annotations: { "istio.io/dry-run": "true" } };
    expect(answer([policy({}, "shop/dry", dry)])).to.equal("allowed");
    expect(answer([policy({ action: "DENY", rules: [{}] }, "shop/dry", dry)])).to.equal("allowed");
    expect(answer([policy({ action: "AUDIT", rules: [{}] })])).to.equal("allowed");
    const custom = policy({ action: "CUSTOM", provider: { name: "x" }, rules: [{}] }, "shop/custom");
    expect(decide([custom])).to.include({ answer: "unknown", reason: "external authorizer" });
    expect(answer([custom, policy({ action: "DENY", rules: [{}] })])).to.equal("denied");
    expect(answer([custom, policy({})])).to.equal("denied");
  });

  it("matches principals, namespaces, service accounts and trust domains", () => {
    const cases: [object, string][] = [
      [{ principals: ["cluster.local/ns/shop/sa/web"] }, "allowed"],
      [{ principals: ["cluster.local/ns/shop/sa/api"] }, "denied"],
      [{ principals: ["*/sa/web"] }, "allowed"],
      [{ principals: ["cluster.local/ns/*"] }, "allowed"],
      [{ notPrincipals: ["*"] }, "denied"],
      [{ namespaces: ["shop"] }, "allowed"],
      [{ namespaces: ["sho"] }, "denied"],
      [{ namespaces: ["s*"] }, "allowed"],
      [{ notNamespaces: ["bank"] }, "allowed"],
      [{ serviceAccounts: ["web"] }, "allowed"],
      [{ serviceAccounts: ["bank/web"] }, "denied"],
      [{ trustDomains: ["*"] }, "allowed"],
      [{ trustDomains: ["other.domain"] }, "denied"],
      [{ trustDomains: ["cluster.*"] }, "allowed"],
      [{ principals: ["*"], namespaces: ["bank"] }, "denied"],
    ];
    for (const [source, wanted] of cases)
      expect(answer(from(source)), JSON.stringify(source)).to.equal(wanted);
    const [open, closed] = [{ identity: undefined }, "denied"] as const;
    expect(answer(from({ principals: ["*"] }), open)).to.equal(closed);
    expect(answer(from({ notPrincipals: ["*/sa/web"] }), open)).to.equal("allowed");
  });

  it("treats cluster.local and aliases as the mesh's trust domain", () => {
    const settings = { trustDomain: "td", trustDomainAliases: ["old"] };
    const rule = from({ principals: ["cluster.local/ns/shop/sa/web"] });
    for (const [trustDomain, wanted] of [
      ["td", "allowed"],
      ["old", "allowed"],
      ["cluster.local", "denied"],
    ] as const) {
      expect(answer(rule, { identity: { ...web, trustDomain } }, settings), trustDomain).to.equal(wanted);
    }
  });

  it("matches ports, methods, paths without query, and hosts in any case", () => {
    const cases: [object, Partial<Request>, string][] = [
      [{ ports: ["8080"] }, {}, "allowed"],
      [{ ports: ["80"] }, {}, "denied"],
      [{ methods: ["GET"] }, { method: "get" }, "denied"],
      [{ methods: ["G*"] }, {}, "allowed"],
      [{ paths: ["/a/*"] }, { path: "/a" }, "denied"],
      [{ paths: ["/a*"] }, { path: "/a?x" }, "allowed"],
      [{ paths: ["/a"] }, { path: "/a?x=1" }, "allowed"],
      [{ paths: ["*/x"] }, { path: "/a/x" }, "allowed"],
      [{ paths: ["/a/{*}/x"] }, { path: "/a/b/x" }, "allowed"],
      [{ paths: ["/a/{*}/x"] }, { path: "/a/b/c/x" }, "denied"],
      [{ paths: ["/a/{**}"] }, { path: "/a/b/c" }, "allowed"],
      [{ hosts: ["API.shop"] }, { host: "api.shop" }, "allowed"],
      [{ hosts: ["api.shop"] }, { host: "api.shop:80" }, "denied"],
      [{ notPaths: ["/admin*"] }, { path: "/admin/x" }, "denied"],
    ];
    for (const [operation, request, wanted] of cases) {
      expect(answer(to(operation), request), JSON.stringify([operation, request])).to.equal(wanted);
    }
  });

  it("normalizes paths as the mesh says", () => {
    const rule = to({ paths: ["/admin"] });
    const at = (path: string, pathNormalization: string): string =>
      answer(rule, { path }, { pathNormalization });
    expect(at("/x/../admin", "BASE")).to.equal("allowed");
    expect(at("/x/../admin", "NONE")).to.equal("denied");
    expect(at("/%61dmin", "BASE")).to.equal("allowed");
    expect(at("//admin", "BASE")).to.equal("denied");
    expect(at("//admin", "MERGE_SLASHES")).to.equal("allowed");
    expect(at("/%2fadmin", "MERGE_SLASHES")).to.equal("denied");
    expect(at("/%2fadmin", "DECODE_AND_MERGE_SLASHES")).to.equal("allowed");
    expect(at("\\admin", "BASE")).to.equal("allowed");
  });

  it("matches headers and addresses, and leaves open what a request doesn't say", () => {
    const when = (key: string, values: string[]): ReturnType<typeof object>[] =>
      allowing({ when: [{ key, values }] });
    const header = when("request.headers[X-User]", ["a*"]);
    expect(answer(header, { headers: { "x-user": "ann" } })).to.equal("allowed");
    expect(answer(header)).to.equal("denied");
    const block = when("source.ip", ["10.0.0.0/8", "2001:db8::/32"]);
    expect(answer(block, { address: "10.255.255.255" })).to.equal("allowed");
    expect(answer(block, { address: "11.0.0.0" })).to.equal("denied");
    expect(answer(block, { address: "2001:db8::1" })).to.equal("allowed");
    expect(decide(block)).to.include({ answer: "unknown", reason: "condition not read" });
    expect(answer(when("connection.sni", ["a"]))).to.equal("unknown");
    expect(answer(when("request.header[x]", ["a"]))).to.equal("denied");
  });

  it("requires tokens of issuers, reads their claims, and ignores them without a RequestAuthentication", () => {
    const tokens = object("RequestAuthentication", "shop/tokens", {
      jwtRules: [{ issuer: "https://issuer", audiences: ["shop"] }],
    });
    const claims = {
      iss: "https://issuer",
      sub: "ann",
      aud: "shop",
      groups: ["a", "b"],
      realm: { role: "x" },
    };
    const admin = (key: string, values: string[]): ReturnType<typeof object>[] => [
      tokens,
      ...allowing({ when: [{ key, values }] }),
    ];
    expect(answer(admin("request.auth.claims[groups]", ["b"]), { claims })).to.equal("allowed");
    expect(answer(admin("request.auth.claims[realm][role]", ["x"]), { claims })).to.equal("allowed");
    expect(answer(admin("request.auth.claims[groups]", ["c"]), { claims })).to.equal("denied");
    expect(answer(admin("request.auth.claims[groups]", ["b"]))).to.equal("denied");
    expect(answer(admin("request.auth.claims[groups]", ["b"]).slice(1), { claims })).to.equal("denied");
    expect(decide([tokens], { claims: { ...claims, aud: "bank" } }).reason).to.equal("token refused");
    expect(decide([tokens], { claims: { iss: "x" } }).reason).to.equal("token refused");
    expect(decide([tokens]).answer).to.equal("allowed");
    const principal = [tokens, ...from({ requestPrincipals: ["*"] })];
    expect(answer(principal, { claims })).to.equal("allowed");
    expect(answer(principal, { claims: { ...claims, sub: undefined } })).to.equal("denied");
  });

  it("of connections knows no requests: such rules allow none, and deny all", () => {
    const tcp = { protocol: "tcp" as const };
    expect(answer(to({ methods: ["GET"], ports: ["8080"] }), tcp)).to.equal("denied");
    expect(answer(to({ ports: ["8080"] }), tcp)).to.equal("allowed");
    const deny = policy({ action: "DENY", rules: [{ to: [{ operation: { methods: ["POST"] } }] }] });
    expect(answer([deny], tcp)).to.equal("denied");
  });

  it("requires an identity with STRICT, and has none with DISABLE", () => {
    const peers = (mode: string): ReturnType<typeof object> =>
      object("PeerAuthentication", "shop/default", { mtls: { mode } });
    const by = { kind: "PeerAuthentication", namespace: "shop", name: "default" };
    expect(decide([peers("STRICT")], { identity: undefined })).to.deep.equal({
      answer: "denied",
      reason: "mutual TLS required",
      by,
      unread: [],
    });
    expect(answer([peers("STRICT")])).to.equal("allowed");
    expect(answer([peers("DISABLE"), ...from({ principals: ["*"] })])).to.equal("denied");
  });

  it("is unknown with objects that are not read, and says which", () => {
    const filter = (value: object): ReturnType<typeof object> =>
      object("EnvoyFilter", "shop/filter", {
        configPatches: [{ applyTo: "HTTP_FILTER", patch: { operation: "INSERT_BEFORE", value } }],
      });
    const type = (name: string): object => ({ typed_config: { "@type": `type.googleapis.com/${name}` } });
    const lua = decide([filter(type("envoy.extensions.filters.http.lua.v3.Lua"))]);
    expect(lua).to.deep.equal({
      answer: "unknown",
      reason: "object not read",
      by: { kind: "EnvoyFilter", namespace: "shop", name: "filter" },
      unread: [
        {
          from: { kind: "EnvoyFilter", namespace: "shop", name: "filter" },
          about: "access",
          reason: "an EnvoyFilter changes the proxy's configuration",
        },
      ],
    });
    expect(
      answer([filter(type("envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit"))]),
    ).to.equal("allowed");
    expect(answer([object("WasmPlugin", "istio-system/plugin", {})])).to.equal("unknown");
    expect(answer([object("WasmPlugin", "bank/plugin", {})])).to.equal("allowed");
  });
});
