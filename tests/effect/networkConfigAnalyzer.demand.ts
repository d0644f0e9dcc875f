import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import {
  accessByClient,
  difference,
  type Endpoint,
  mayCall,
  mayConnect,
  type PlainObject,
  principalOf,
  readObjects,
  type Workload,
} from "../../effect";
import { object, workload } from "./objects";
import { randomConnections, randomNetworkPolicies } from "./randomNetworkPolicies";

// Not part of `make test`: it needs Python with network-config-analyzer 2.1.0, as NCA_PYTHON=<path of that Python>.
const python = process.env.NCA_PYTHON;
const configurations = 150;
const perConfiguration = 12;
/** Pairs of configurations that are compared. */
const differences = 200;

// The analyzer has a root namespace of its own.
const root = "istio-config";

const workloads = ["shop/web", "shop/api", "bank/ledger"].map((name) =>
  workload(name, { ports: [8080, 9000] }),
);

const podPairs = workloads.flatMap((from) =>
  workloads.filter((to) => to !== from).map((to) => [from, to] as const),
);

const some = <T>(...values: T[]): fc.Arbitrary<T[]> =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 2 });
const fields = (model: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<object> =>
  fc
    .record(model, { requiredKeys: [] })
    .map((record) => Object.fromEntries(Object.entries(record).slice(0, 2)) as object)
    .filter((record) => Object.keys(record).length > 0);

const namespaces = some("shop", "bank");
const principals = some("cluster.local/ns/shop/sa/web", "cluster.local/ns/bank/sa/ledger", "*");
const paths = some("/api", "/api/*", "/a*", "*/edit");
const hosts = some("api.shop", "*.shop", "api*");
const methods = some("GET", "POST");
const ports = some("8080", "9000");

const rule = fc.record(
  {
    from: fc.array(
      fields({ namespaces, notNamespaces: namespaces, principals }).map((source) => ({ source })),
      {
        minLength: 1,
        maxLength: 2,
      },
    ),
    to: fc.array(
      fields({ methods, notMethods: methods, paths, notPaths: paths, hosts, ports }).map((operation) => ({
        operation,
      })),
      { minLength: 1, maxLength: 2 },
    ),
  },
  { requiredKeys: [] },
);

const policy = fc.record({
  namespace: fc.constantFrom("shop", "shop", "bank", root),
  action: fc.constantFrom("ALLOW", "ALLOW", "DENY"),
  app: fc.constantFrom(undefined, "api", "web"),
  rules: fc.array(rule, { minLength: 1, maxLength: 2 }),
});

const objects = fc.array(policy, { minLength: 1, maxLength: 4 }).map((list) =>
  list.map(({ namespace, action, app, rules }, i) =>
    object("AuthorizationPolicy", `${namespace}/policy-${i}`, {
      action,
      ...(app !== undefined && { selector: { matchLabels: { app } } }),
      rules,
    }),
  ),
);

const requests = fc.record({
  from: fc.constantFrom(...workloads),
  to: fc.constantFrom(...workloads),
  method: fc.constantFrom("GET", "POST", "DELETE"),
  path: fc.constantFrom("/api", "/api/", "/api/x", "/apix", "/a", "/x/edit", "/"),
  host: fc.constantFrom("api.shop", "web.shop", "api", "other"),
  port: fc.constantFrom(8080, 9000),
});

/** Namespaces and Deployments, as both read them. */
const cluster: PlainObject[] = [
  ...["shop", "bank", root].map((name) =>
    object(
      "Namespace",
      name,
      {},
      {
        labels: {
          "istio-injection": "enabled",
          "kubernetes.io/metadata.name": name,
          ...(name === "bank" && { team: "money" }),
        },
      },
    ),
  ),
  ...workloads.map(({ name, namespace, labels }) =>
    object("Deployment", `${namespace}/${name}`, {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: name,
          containers: [
            {
              name,
              ports: [
                { name: "http", containerPort: 8080, protocol: "TCP" },
                { name: "admin", containerPort: 9000, protocol: "TCP" },
              ],
            },
          ],
        },
      },
    }),
  ),
];

describe("the model and network-config-analyzer", function () {
  this.timeout(0);
  let folder = "";
  before(function () {
    if (python === undefined) {
      process.stdout.write("      NCA_PYTHON is not set, so network-config-analyzer is not asked\n");
      this.skip();
    }
    folder = mkdtempSync(join(tmpdir(), "analyzer-"));
  });
  after(() => {
    if (folder !== "") rmSync(folder, { recursive: true });
  });

  function fileOf(name: string, own: readonly PlainObject[]): string {
    const file = join(folder, `${name}.json`);
    writeFileSync(
      file,
      JSON.stringify({ apiVersion: "v1", kind: "List", items: [...cluster, ...own].map(old) }),
    );
    return file;
  }

  function run(input: readonly object[]): unknown {
    const output = execFileSync(python ?? "", [join(__dirname, "networkConfigAnalyzer.py")], {
      input: JSON.stringify(input),
      encoding: "utf8",
      stdio: ["pipe", "pipe", "ignore"],
    });
    return JSON.parse(output.trim().split("\n").at(-1) ?? "") as unknown;
  }

  /** Asks the analyzer, which answers with whether each request of each case is allowed. */
  function asked(
    cases: readonly { readonly objects: readonly PlainObject[]; readonly requests: object[] }[],
  ): boolean[][] {
    return run(
      cases.map(({ objects: own, requests: all }, i) => ({ file: fileOf(String(i), own), requests: all })),
    ) as boolean[][];
  }

  /** Asks for the semantic difference: whether each pair of pods gains connections, and whether it loses any. */
  function changed(cases: readonly (readonly PlainObject[])[][]): [gained: boolean, lost: boolean][][] {
    return run(
      cases.map(([before = [], after = []], i) => ({
        file: fileOf(`${i}-old`, before),
        changed: fileOf(`${i}-new`, after),
        requests: podPairs.map(([from, to]) => ({
          from: from.name,
          to: to.name,
          ports: [8080, 9000, 65000],
        })),
      })),
    ) as [gained: boolean, lost: boolean][][];
  }

  /**
   * Compares both on random pairs of configurations.
   *
   * @param together pairs of pods that are compared as one: whether any of them gains connections, or loses any.
   * @param ownChanges returns the changes of such pairs, by the first of them.
   */
  function compareDifferences(
    cases: readonly (readonly PlainObject[])[][],
    together: readonly (readonly number[])[],
    ownChanges: (
      before: readonly PlainObject[],
      after: readonly PlainObject[],
    ) => (from: Workload, to: Workload) => [boolean, boolean],
  ): void {
    const answers = changed(cases);
    const counts = { gained: 0, lost: 0, same: 0 };
    cases.forEach(([before = [], after = []], i) => {
      const own = ownChanges(before, after);
      together.forEach((pairs) => {
        const [from, to] = podPairs[pairs[0] ?? 0] ?? [];
        if (!from || !to) throw new Error("no pair");
        const all = pairs.map((j) => answers[i]?.[j] ?? [false, false]);
        const [gained, lost] = [all.some(([more]) => more), all.some(([, less]) => less)];
        counts[gained ? "gained" : lost ? "lost" : "same"] += 1;
        expect(
          own(from, to),
          JSON.stringify({ before, after, from: from.name, to: to.name }, null, 1),
        ).to.deep.equal([gained, lost]);
      });
    });
    process.stdout.write(
      `      of ${cases.length} changes, ${counts.gained} gain connections, ${counts.lost} lose, ${counts.same} stay\n`,
    );
    expect(cases.length).to.be.at.least(200);
    expect(Math.min(...Object.values(counts))).to.be.above(60);
  }

  it("agree on what AuthorizationPolicies change", () => {
    const cases = Array.from({ length: differences }, (_, i) =>
      fc.sample(objects, { numRuns: 2, seed: 1000 + i }),
    );
    const single = podPairs.map((_, i) => [i]);
    compareDifferences(cases, single, (before, after) => {
      const [was, is] = [before, after].map((own) =>
        readObjects(own, { workloads, settings: { rootNamespace: root } }),
      );
      if (!was || !is) throw new Error("no model");
      return (from, to) => {
        const principal = principalOf(identityOf(from));
        // The analyzer does not tell connections from requests: rules about requests deny connections, or allow none.
        const isOfRequests = (extent: string): boolean =>
          extent.split("\n").some((box) => !/\bport \[/.test(box) || box.includes('"tcp":false'));
        const own = accessByClient(was, to, is, to).filter(
          ({ witness: { identity }, alike = [], extent }) =>
            ((identity && principalOf(identity)) === principal || alike.includes(principal)) &&
            isOfRequests(extent),
        );
        return [
          own.some(({ kind }) => kind === "access gained"),
          own.some(({ kind }) => kind === "access lost"),
        ];
      };
    });
  });

  it("agree on what NetworkPolicies change", () => {
    // The model does not know the addresses of pods, which blocks may have.
    const sets = Array.from({ length: 4 * differences }, (_, i) =>
      fc.sample(randomNetworkPolicies, { numRuns: 2, seed: 1000 + i }),
    ).filter((pair) => !JSON.stringify(pair).includes("ipBlock"));
    // The difference does not name each of the clients that it does not distinguish.
    const byServer = [...Map.groupBy(podPairs.keys(), (i) => podPairs[i]?.[1]).values()];
    compareDifferences(sets.slice(0, differences), byServer, (before, after) => {
      const [was, is] = [before, after].map((own) => readObjects([...cluster, ...own]));
      if (!was || !is) throw new Error("no model");
      const all = difference(was, is);
      const isOf = (kind: string, { namespace, name }: Workload): boolean =>
        all
          .filter(
            (one) =>
              one.kind === kind &&
              one.workload.name === name &&
              one.sent === undefined &&
              !one.workload.assumed,
          )
          .flatMap(({ extent = "" }) => extent.split("\n"))
          .some(
            (line) => !line.startsWith("a client outside") && !line.startsWith(`${namespace}/${name} to `),
          );
      return (_, to) => [isOf("network opened", to), isOf("network closed", to)];
    });
  });

  it("agree on which connections NetworkPolicies allow", () => {
    const cases = Array.from({ length: configurations }, (_, i) => {
      const [own = []] = fc.sample(randomNetworkPolicies, { numRuns: 1, seed: i });
      const connections = fc
        .sample(randomConnections(workloads), { numRuns: perConfiguration, seed: i })
        .filter(({ from, to }) => from !== to && !(typeof from === "string" && typeof to === "string"));
      return { own, connections };
    });
    const nameOf = (end: Workload | string): string => (typeof end === "string" ? end : end.name);
    const endOf = (end: Workload | string): Endpoint =>
      typeof end === "string" ? { addresses: [end] } : { workload: end };
    const answers = asked(
      cases.map(({ own, connections }) => ({
        objects: own,
        requests: connections.map(({ from, to, ...more }) => ({
          ...more,
          from: nameOf(from),
          to: nameOf(to),
        })),
      })),
    );
    const counts = { allowed: 0, denied: 0, unknown: 0 };
    for (const [i, { own, connections }] of cases.entries()) {
      const model = readObjects([...cluster, ...own]);
      for (const [j, { from, to, ...more }] of connections.entries()) {
        const { answer } = mayConnect(model, { from: endOf(from), to: endOf(to), ...more });
        const wanted = answers[i]?.[j] === true ? "allowed" : "denied";
        counts[answer === "unknown" ? answer : wanted] += 1;
        // The analyzer takes blocks as addresses outside of the cluster. The model does not know the addresses of pods.
        if (answer === "unknown") continue;
        expect(answer, JSON.stringify({ own, from: nameOf(from), to: nameOf(to), more }, null, 1)).to.equal(
          wanted,
        );
      }
    }
    const { allowed, denied, unknown } = counts;
    process.stdout.write(`      ${allowed} connections allowed, ${denied} denied, ${unknown} unknown\n`);
    expect(allowed).to.be.above(200);
    expect(denied).to.be.above(200);
    expect(allowed + denied).to.be.above(1000);
    expect(unknown).to.be.below(300);
  });

  it("agree on which requests of pods are allowed", () => {
    const cases = Array.from({ length: configurations }, (_, i) => {
      const [own = []] = fc.sample(objects, { numRuns: 1, seed: i });
      const sent = fc
        .sample(requests, { numRuns: perConfiguration, seed: i })
        .filter(({ from, to }) => from !== to);
      return { own, sent };
    });
    const answers = asked(
      cases.map(({ own, sent }) => ({
        objects: own,
        requests: sent.map((one) => ({ ...one, from: one.from.name, to: one.to.name })),
      })),
    );
    const counts = { allowed: 0, denied: 0 };
    for (const [i, { own, sent }] of cases.entries()) {
      const model = readObjects(own, { workloads, settings: { rootNamespace: root } });
      for (const [j, { from, to, ...request }] of sent.entries()) {
        const identity = identityOf(from);
        const { answer } = mayCall(model, to, { ...request, identity });
        const wanted = answers[i]?.[j] === true ? "allowed" : "denied";
        counts[wanted] += 1;
        expect(answer, JSON.stringify({ own, from: from.name, to: to.name, request }, null, 1)).to.equal(
          wanted,
        );
      }
    }
    process.stdout.write(`      ${counts.allowed} pairs allowed, ${counts.denied} denied, no disagreement\n`);
    expect(counts.allowed).to.be.above(200);
    expect(counts.denied).to.be.above(200);
    expect(counts.allowed + counts.denied).to.be.above(1000);
  });
});

function identityOf({ namespace, serviceAccount = "default" }: Workload) {
  return { trustDomain: "cluster.local", namespace, serviceAccount };
}

/** The analyzer reads Istio's objects in their older version. */
function old(one: PlainObject): PlainObject {
  return { ...one, apiVersion: one.apiVersion.replace("istio.io/v1", "istio.io/v1beta1") };
}
