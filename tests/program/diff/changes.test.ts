import { expect } from "chai";
import fc from "fast-check";
import { declarationOf, declaredChanges } from "../../../program/diff/declared";
import { type Change, changesBetween } from "../../../program/diff/changes";
import { markdownOf, textOf } from "../../../program/diff/report";
import type { Verdict } from "../../../program/diff/verdict";
import { sideOf, sideOfSources } from "../../../cli/side";
import type { Side } from "../../../program/diff/side";
import type { PlainObject } from "../../../effect";

interface Call {
  methods?: string[];
  paths?: string[];
  timeout?: string;
  endUser?: object;
}
interface Service {
  ports: object;
  workload: object;
  calls: Record<string, Call>;
  versions?: object;
  traffic?: { weights: Record<string, number> };
  resilience?: { timeout?: string; retries?: object };
  mtls?: object;
}
interface Catalog {
  name: string;
  jwtRules: object[];
  services: Record<string, Service>;
  gateways: { public: { hosts: Record<string, { tls: object; routes: object[] }> } };
}

/** Eight services, each of which calls the next two. */
function catalog(): Catalog {
  const names = Array.from({ length: 8 }, (_, index) => `s${index}`);
  const services = names.map((name, index): [string, Service] => [
    name,
    {
      ports: { http: { port: 8080, protocol: "http" } },
      workload: { image: `${name}:1` },
      versions: { v1: {}, v2: {} },
      traffic: { weights: { v1: 90, v2: 10 } },
      resilience: { timeout: "10s" },
      calls: Object.fromEntries(
        names.slice(index + 1, index + 3).map((callee) => [callee, { methods: ["GET"], paths: ["/api/*"] }]),
      ),
    },
  ]);
  const last = services[5]?.[1].calls.s6;
  // The namespace validates tokens already, so that a mutation does not begin it.
  if (last) last.endUser = {};
  return {
    name: "shop",
    jwtRules: [{ issuer: "https://auth.example.com", jwksUri: "https://auth.example.com/jwks" }],
    services: Object.fromEntries(services),
    gateways: {
      public: {
        hosts: {
          "a.example.com": { tls: { credentialName: "a" }, routes: [{ prefix: "/", service: "s0" }] },
        },
      },
    },
  };
}

const base = sideOf("base", catalog());

/** A change of the catalog, with the verdict that must be among those found, and the services that may be named. */
interface Mutation {
  readonly name: string;
  readonly change: (of: Catalog, caller: Service, callee: string) => void;
  readonly expected: Verdict;
  /** Whether the callee receives what changed, or the caller sends it. */
  readonly at: "caller" | "callee";
}

const mutations: readonly Mutation[] = [
  {
    name: "method added",
    change: (_, { calls }, to) => calls[to]?.methods?.push("DELETE"),
    expected: "wider",
    at: "callee",
  },
  {
    name: "path added",
    change: (_, { calls }, to) => calls[to]?.paths?.push("/admin"),
    expected: "wider",
    at: "callee",
  },
  {
    name: "paths open",
    change: (_, { calls }, to) => {
      delete calls[to]?.paths;
    },
    expected: "wider",
    at: "callee",
  },
  {
    name: "path narrowed",
    change: (_, { calls }, to) => {
      calls[to] = { ...calls[to], paths: ["/api/v1/*"] };
    },
    expected: "narrower",
    at: "callee",
  },
  {
    name: "token required",
    change: (_, { calls }, to) => {
      calls[to] = { ...calls[to], endUser: { claims: { role: ["admin"] } } };
    },
    expected: "narrower",
    at: "callee",
  },
  {
    name: "call removed",
    change: (_, caller, to) => {
      caller.calls = Object.fromEntries(Object.entries(caller.calls).filter(([name]) => name !== to));
    },
    expected: "narrower",
    at: "callee",
  },
  {
    name: "timeout changed",
    change: (of, _, to) => {
      (of.services[to] ?? ({} as Service)).resilience = { timeout: "3s" };
    },
    expected: "changed",
    at: "caller",
  },
  {
    name: "retries changed",
    change: (of, _, to) => {
      (of.services[to] ?? ({} as Service)).resilience = {
        timeout: "10s",
        retries: { attempts: 1, retryOn: ["5xx"] },
      };
    },
    expected: "changed",
    at: "caller",
  },
  {
    name: "weights changed",
    change: (of, _, to) => {
      (of.services[to] ?? ({} as Service)).traffic = { weights: { v1: 50, v2: 50 } };
    },
    expected: "changed",
    at: "caller",
  },
  {
    name: "mTLS weaker",
    change: (of, _, to) => {
      (of.services[to] ?? ({} as Service)).mtls = { mode: "PERMISSIVE" };
    },
    expected: "weaker",
    at: "callee",
  },
];

/** The services that a change names: of its workload and of the client in its request. */
function servicesOf({ workloads, request = "" }: Change): string[] {
  const texts = [...workloads, /sa\/(\S+)/.exec(request)?.[1] ?? "", /\/\/(\w+)\./.exec(request)?.[1] ?? ""];
  return texts.flatMap((text) => /\bs\d\b/.exec(text)?.[0] ?? []);
}

const changed = (change: (of: Catalog) => void): Side => {
  const of = catalog();
  change(of);
  return sideOf("new", of);
};

describe("program/diff/changes", () => {
  it("finds nothing between equal sides", () => {
    expect(changesBetween(base, sideOf("again", catalog()))).to.deep.equal([]);
    expect(textOf([], { old: "a", now: "b" })).to.equal("a and b do the same.");
    expect(markdownOf([], { old: "a", now: "b" })).to.include("No request is decided");
  });

  it("names each of 200 random changes, one or two at once, with their services and no others", () => {
    const one = fc.record({
      mutation: fc.constantFrom(...mutations),
      caller: fc.nat({ max: 4 }),
      step: fc.constantFrom(1, 2),
    });
    const calleeOf = ({ caller, step }: { caller: number; step: number }): string => `s${caller + step}`;
    const cases = fc.uniqueArray(one, { selector: calleeOf, minLength: 1, maxLength: 2 });
    const check = (made: { mutation: Mutation; caller: number; step: number }[]): void => {
      const callees = made.map(calleeOf);
      const side = changed((of) => {
        for (const each of made) {
          each.mutation.change(of, of.services[`s${each.caller}`] ?? ({} as Service), calleeOf(each));
        }
      });
      const changes = changesBetween(base, side);
      const said = `${JSON.stringify(made)}: ${JSON.stringify(changes)}`;
      for (const { mutation, ...edge } of made) {
        const place = mutation.at === "callee" ? calleeOf(edge) : `s${edge.caller}`;
        const found = changes.filter(
          ({ verdict, workloads }) =>
            verdict === mutation.expected && workloads.some((name) => name.includes(place)),
        );
        expect(found, said).to.not.be.empty;
      }
      for (const change of changes) {
        expect(
          servicesOf(change).some((name) => callees.includes(name)),
          said,
        ).to.equal(true);
      }
    };
    fc.assert(fc.property(cases, check), { numRuns: 200 });
  });

  it("shows a request, what held before and holds now, and the line of the catalog", () => {
    const side = changed((of) => of.services.s0?.calls.s1?.methods?.push("DELETE"));
    const [change, ...others] = changesBetween(base, side);
    expect(others).to.deep.equal([]);
    expect(change).to.deep.equal({
      verdict: "wider",
      sentence: "shop/s0 may now DELETE shop/s1 (was GET)",
      id: change?.id,
      workloads: ["shop/s1-v1", "shop/s1-v2"],
      request: "DELETE /api/other on port 8080 from cluster.local/ns/shop/sa/s0",
      before: "denied: no rule allows (AuthorizationPolicy shop/s1)",
      after: "allowed: rule allows (AuthorizationPolicy shop/s1)",
      isSure: true,
      objects: ["AuthorizationPolicy/shop/s1"],
      causes: [{ path: "services.s0.calls.s1.methods" }],
    });
    expect(change?.id).to.match(/^[0-9a-f]{8}$/);
  });

  it("shows as the cause what decides otherwise: a rule that denies, an override, or the only line that differs", () => {
    type More = Catalog & { overrides?: object; externalServices?: object; networkPolicies?: object };
    const sideWith = (...edits: ((of: More) => void)[]): Side =>
      changed((of) => {
        edits.forEach((edit) => {
          edit(of);
        });
      });
    const causes = (old: Side, now: Side): string[] => [
      ...new Set(changesBetween(old, now).flatMap((one) => one.causes.map(({ path }) => path))),
    ];
    const denyAt =
      (...paths: string[]) =>
      (of: More) =>
        Object.assign(of.services.s1 ?? {}, { deny: { admin: { paths }, trace: { methods: ["TRACE"] } } });
    const deny = sideWith(denyAt("/api/admin*"));
    expect(causes(deny, sideWith(denyAt("/api/admin")))).to.deep.equal(["services.s1.deny.admin.paths"]);
    const less = sideWith((of) =>
      Object.assign(of.services.s1 ?? {}, { deny: { trace: { methods: ["TRACE"] } } }),
    );
    expect(causes(deny, less)).to.deep.equal(["services.s1.deny.admin"]);
    expect(causes(less, deny)).to.deep.equal(["services.s1.deny.admin"]);

    const audited = { AuthorizationPolicy: { "shop/s1.deny": { spec: { action: "AUDIT" } } } };
    const override = (of: More): void => {
      of.overrides = audited;
    };
    const elsewhere = (of: More): void => {
      (of.services.s7 ?? ({} as Service)).resilience = { timeout: "3s" };
    };
    const overridden = sideWith(denyAt("/api/admin*"), override, elsewhere);
    const wider = changesBetween(deny, overridden).filter(({ verdict }) => verdict === "wider");
    const path = 'overrides.AuthorizationPolicy["shop/s1.deny"]';
    expect(wider.map((one) => one.causes)).to.deep.equal([[{ path }]]);

    const at = (address: string) => (of: More) => {
      of.networkPolicies = {};
      of.externalServices = {
        far: { host: "far.example", ports: { raw: { port: 9, protocol: "tcp" } }, addresses: [address] },
      };
      (of.services.s0 ?? ({} as Service)).calls.far = {};
    };
    const [near, far] = [at("198.51.100.7"), at("198.51.100.0/24")];
    expect(causes(sideWith(near), sideWith(far))).to.deep.equal(["externalServices.far.addresses"]);
    // Of several lines, which one is the cause is not known: the lines of the objects are shown.
    expect(causes(sideWith(near), sideWith(far, elsewhere))).to.include("services.s0.calls.far");
  });

  it("shows every client that gains or loses requests, and workloads that are new or gone", () => {
    const side = changed((of) => {
      for (const name of ["s0", "s1"]) of.services[name]?.calls.s2?.methods?.push("PUT");
      delete of.services.s7;
      delete of.services.s6?.calls.s7;
      delete of.services.s5?.calls.s7;
    });
    const changes = changesBetween(base, side);
    const wider = changes.filter(({ verdict }) => verdict === "wider");
    expect(wider.map(({ workloads, sentence }) => [sentence, workloads])).to.deep.equal([
      ["shop/s0 may now PUT shop/s2 (was GET)", ["shop/s2-v1", "shop/s2-v2"]],
      ["shop/s1 may now PUT shop/s2 (was GET)", ["shop/s2-v1", "shop/s2-v2"]],
    ]);
    const gone = changes.filter(({ verdict }) => verdict === "removed").flatMap(({ workloads }) => workloads);
    expect(gone).to.deep.equal(["shop/s7-v1", "shop/s7-v2"]);
  });

  it("says only what of a route changes, once for all callers", () => {
    const side = changed((of) => {
      const { s3 } = of.services;
      if (!s3) return;
      s3.resilience = { timeout: "3s" };
      s3.traffic = { weights: { v1: 50, v2: 50 } };
    });
    const [change, ...others] = changesBetween(base, side);
    expect(others).to.deep.equal([]);
    expect(change).to.deep.include({
      sentence: "requests to s3.shop.svc.cluster.local:8080 are routed in another way",
      workloads: ["shop/s1-v1", "shop/s1-v2", "shop/s2-v1", "shop/s2-v2"],
      before:
        "share of s3.shop.svc.cluster.local:8080 subset v1 90 %, share of s3.shop.svc.cluster.local:8080 subset v2 10 %, timeout 10000 ms",
      after:
        "share of s3.shop.svc.cluster.local:8080 subset v1 50 %, share of s3.shop.svc.cluster.local:8080 subset v2 50 %, timeout 3000 ms",
    });
    expect(change?.causes.map(({ path }) => path)).to.have.members([
      "services.s3.resilience.timeout",
      "services.s3.traffic.weights.v1",
      "services.s3.traffic.weights.v2",
    ]);
  });

  it("says of a destination that is new or gone only its share, and groups methods whose routes change alike", () => {
    const side = changed((of) => {
      const { s3 } = of.services;
      if (s3) s3.traffic = { weights: { v1: 100, v2: 0 } };
    });
    const found = changesBetween(side, base);
    expect(found.map(({ before, after }) => [before, after])).to.deep.equal([
      [
        "share of s3.shop.svc.cluster.local:8080 subset v1 100 %",
        "share of s3.shop.svc.cluster.local:8080 subset v1 90 %, share of s3.shop.svc.cluster.local:8080 subset v2 10 %",
      ],
    ]);
  });

  it("finds pods that begin to receive the requests of a Service or of a subset", () => {
    const cart = (version: string): PlainObject => ({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: `cart-${version}`, namespace: "shop" },
      spec: { template: { metadata: { labels: { app: "cart", version } }, spec: { containers: [] } } },
    });
    const service: PlainObject = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "cart", namespace: "shop" },
      spec: { selector: { app: "cart" }, ports: [{ port: 80 }] },
    };
    const rule = (labels: object): PlainObject => ({
      apiVersion: "networking.istio.io/v1",
      kind: "DestinationRule",
      metadata: { name: "cart", namespace: "shop" },
      spec: { host: "cart", subsets: [{ name: "stable", labels }] },
    });
    const routes: PlainObject = {
      apiVersion: "networking.istio.io/v1",
      kind: "VirtualService",
      metadata: { name: "cart", namespace: "shop" },
      spec: { hosts: ["cart"], http: [{ route: [{ destination: { host: "cart", subset: "stable" } }] }] },
    };
    const sentences = (before: readonly PlainObject[], after: readonly PlainObject[]): string[] => {
      const [old, now] = [before, after].map((objects) =>
        sideOfSources("objects", { objects: objects.map((object) => ({ object, at: [] })) }),
      );
      if (!old || !now) throw new Error("no sides");
      return changesBetween(old, now)
        .filter(({ sentence }) => sentence.includes("reach"))
        .map(({ sentence }) => sentence);
    };
    const host = "cart.shop.svc.cluster.local";
    expect(sentences([service, cart("v1")], [service, cart("v1"), cart("v2")])).to.deep.equal([
      `requests to ${host} now also reach shop/cart-v2`,
    ]);
    expect(sentences([service, cart("v1"), cart("v2")], [service, cart("v1")])).to.deep.equal([
      `requests to ${host} no longer reach shop/cart-v2`,
    ]);
    const both = [service, routes, cart("v1")];
    const exact = [...both, rule({ version: "v1" })];
    // Every route leads to the subset, which does not select the new pods.
    expect(sentences(exact, [...exact, cart("v2")])).to.deep.equal([]);
    expect(sentences([...exact, cart("v2")], [...both, cart("v2"), rule({ app: "cart" })])).to.deep.equal([
      `requests to ${host} subset stable now also reach shop/cart-v2`,
    ]);
  });

  it("names pods that receive no requests any more, of a version or behind another host", () => {
    const ports = { http: { port: 8080, protocol: "http" } };
    const versions = { v1: {}, v2: {} };
    const shop = (weights: object, workload?: object) =>
      sideOf("shop", {
        name: "shop",
        services: {
          web: { ports, ...(workload && { workload }), calls: { cart: {} } },
          cart: { ports, versions, ...(workload && { workload }), traffic: { weights } },
        },
      });
    const found = (old: Side, now: Side): string[] =>
      changesBetween(old, now).flatMap(({ verdict, sentence, before, causes }) =>
        verdict === "unreached" ? [[sentence, before, ...causes.map(({ path }) => path)].join("; ")] : [],
      );
    const image = { image: "registry.example.com/cart:1.0.0" };
    const host = "cart.shop.svc.cluster.local";
    expect(found(shop({ v1: 90, v2: 10 }, image), shop({ v1: 100, v2: 0 }, image))).to.deep.equal([
      `shop/cart-v2 receives no requests any more; requests to ${host} subset v2 reach it; services.cart.traffic.weights.v1; services.cart.traffic.weights.v2`,
    ]);
    // Pods of another tool are known by the subset alone.
    expect(found(shop({ v1: 90, v2: 10 }), shop({ v1: 100, v2: 0 }))).to.deep.equal([
      `shop/cart subset v2 receives no requests any more; requests to ${host} subset v2 reach it; services.cart.traffic.weights.v1; services.cart.traffic.weights.v2`,
    ]);
    expect(found(shop({ v1: 90, v2: 10 }), shop({ v1: 10, v2: 90 }))).to.deep.equal([]);
    expect(found(shop({ v1: 100, v2: 0 }), shop({ v1: 90, v2: 10 }))).to.deep.equal([]);
  });

  it("gives clients that no policy distinguishes one change, with their number", () => {
    const policy = (rules: readonly object[]): PlainObject => ({
      apiVersion: "security.istio.io/v1",
      kind: "AuthorizationPolicy",
      metadata: { name: "cart", namespace: "shop" },
      spec: { rules },
    });
    const pod = (name: string): PlainObject => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace: "shop", labels: { "sidecar.istio.io/inject": "true", app: name } },
      spec: { serviceAccountName: name, containers: [{ name, ports: [{ containerPort: 8080 }] }] },
    });
    const sideWith = (rules: readonly object[]): Side =>
      sideOfSources("objects", {
        objects: [policy(rules), ...["a", "b", "c"].map(pod)].map((object) => ({ object, at: [] })),
      });
    const some = sideWith([{ from: [{ source: { principals: ["cluster.local/ns/shop/sa/a"] } }] }]);
    const found = changesBetween(some, sideWith([{}])).filter(({ workloads }) =>
      workloads.includes("shop/c"),
    );
    expect(found.map(({ sentence }) => sentence)).to.include("shop/b and 1 more client may now GET shop/c");
    expect(found.map(({ sentence }) => sentence).join()).not.to.include("shop/a");
  });

  it("accepts declared changes: each names all of one change, and no other", () => {
    const widened = (...methods: readonly string[]): Side =>
      changed((of) => of.services.s0?.calls.s1?.methods?.push(...methods));
    const [change, ...others] = changesBetween(base, widened("DELETE"));
    if (!change) throw new Error("no change");
    expect(others).to.deep.equal([]);
    const line = declarationOf(change);
    expect(line).to.match(/^WIDER shop\/s0 may now DELETE shop\/s1 \(was GET\) \[[0-9a-f]{8}\]$/);
    const same = changesBetween(base, widened("DELETE"));
    expect([...declaredChanges(same, [line.replace(" ", "   ")]).changes]).to.deep.equal(same);
    // The same witness, and more behind it.
    const more = changesBetween(base, widened("DELETE", "PUT"));
    const declared = declaredChanges(more, [line]);
    expect([declared.changes.size, declared.unused]).to.deep.equal([0, [line]]);
    expect(textOf(more, { old: "a", now: "b" }, declared)).to.include(
      `Declared, but no such change is found: ${line}`,
    );
  });

  it("writes text and Markdown", () => {
    const side = changed((of) => of.services.s0?.calls.s1?.methods?.push("DELETE"));
    const changes = changesBetween(base, side);
    const id = changes[0]?.id ?? "";
    expect(textOf(changes, { old: "a", now: "b" }).split("\n")).to.deep.equal([
      `WIDER  shop/s0 may now DELETE shop/s1 (was GET) [${id}]`,
      "       at shop/s1-v1, shop/s1-v2",
      "       e.g. DELETE /api/other on port 8080 from cluster.local/ns/shop/sa/s0",
      "       was denied: no rule allows (AuthorizationPolicy shop/s1)",
      "       now allowed: rule allows (AuthorizationPolicy shop/s1)",
      "       services.s0.calls.s1.methods",
      "",
      "1 wider.",
    ]);
    expect(markdownOf(changes, { old: "a", now: "b" })).to.equal(
      [
        "<!-- meshwright diff -->",
        "### Mesh: `a` → `b`",
        "",
        "1 wider.",
        "",
        "<details open>",
        "<summary><b>wider</b>: 1 (a request is allowed that was denied, may leave the mesh, or may be sent by more web pages)</summary>",
        "",
        `- **shop/s0 may now DELETE shop/s1 (was GET)** \`[${id}]\``,
        "  - at shop/s1-v1, shop/s1-v2",
        "  - e.g. `DELETE /api/other on port 8080 from cluster.local/ns/shop/sa/s0`",
        "  - was denied: no rule allows (AuthorizationPolicy shop/s1)",
        "  - now allowed: rule allows (AuthorizationPolicy shop/s1)",
        "  - `services.s0.calls.s1.methods`",
        "",
        "</details>",
        "",
      ].join("\n"),
    );
  });

  it("says in text and Markdown that a change is not sure", () => {
    const side = changed((of) => of.services.s0?.calls.s1?.methods?.push("DELETE"));
    const unsure = changesBetween(base, side).map((change) => ({ ...change, isSure: false }));
    const perhaps =
      "now allowed: rule allows (AuthorizationPolicy shop/s1) (perhaps: some of it is not read)";
    for (const write of [textOf, markdownOf]) {
      expect(write(unsure, { old: "a", now: "b" })).to.include(perhaps);
    }
  });
});
