import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import {
  type Endpoint,
  mayCall,
  mayConnect,
  type PlainObject,
  readObjects,
  type Workload,
} from "../../effect";
import { object, workload } from "./objects";
import { randomConnections, randomNetworkPolicies } from "./randomNetworkPolicies";

// Not part of `make test`: it needs Python with network-config-analyzer 2.1.0, as NCA_PYTHON=<path of that Python>.
const python = process.env.NCA_PYTHON;
const configurations = 150;
const perConfiguration = 12;

// The analyzer has a root namespace of its own.
const root = "istio-config";

const workloads = ["shop/web", "shop/api", "bank/ledger"].map((name) =>
  workload(name, { ports: [8080, 9000] }),
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

  /** Asks the analyzer, which answers with whether each request of each case is allowed. */
  function asked(
    cases: readonly { readonly objects: readonly PlainObject[]; readonly requests: object[] }[],
  ) {
    const input = cases.map(({ objects: own, requests: all }, i) => {
      const file = join(folder, `${i}.json`);
      writeFileSync(
        file,
        JSON.stringify({ apiVersion: "v1", kind: "List", items: [...cluster, ...own].map(old) }),
      );
      return { file, requests: all };
    });
    const output = execFileSync(python ?? "", [join(__dirname, "networkConfigAnalyzer.py")], {
      input: JSON.stringify(input),
      encoding: "utf8",
      stdio: ["pipe", "pipe", "ignore"],
    });
    return JSON.parse(output.trim().split("\n").at(-1) ?? "") as boolean[][];
  }

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
