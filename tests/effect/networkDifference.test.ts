import { expect } from "chai";
import { difference, type PlainObject, readObjects } from "../../effect";
import { api, app, block, egress, ingress, named, namespaceOf, other, policy, web } from "./networkObjects";
import { service } from "./objects";

describe("differences of NetworkPolicies", () => {
  const changes = (before: PlainObject[], after: PlainObject[]): object[] => {
    const workloads = [web, api, other];
    const of = (objects: PlainObject[]) => readObjects([service("shop/api"), ...objects], { workloads });
    return difference(of(before), of(after)).map(
      ({ kind, workload: { name, namespace }, sure, witness, sent, before: was, after: is }) => ({
        kind,
        name: `${namespace}/${name}`,
        sure,
        ...(witness && { witness }),
        ...(sent && { sent }),
        was,
        is,
      }),
    );
  };

  it("are connections that pass now, or no longer, with a client that shows it", () => {
    const narrow = ingress([{ podSelector: app("web") }], [{ port: 8080 }]);
    const wide = ingress([{ podSelector: app("web") }, named("bank")], [{ port: 8080 }]);
    const identity = { trustDomain: "cluster.local", namespace: "bank", serviceAccount: "web" };
    const denied = "denied: ingress (NetworkPolicy shop/api)";
    const allowed = "allowed: ingress (NetworkPolicy shop/api)";
    const change = { name: "shop/api", sure: true, witness: { port: 8080, protocol: "tcp", identity } };
    expect(changes([narrow], [wide])).to.deep.equal([
      { kind: "network opened", ...change, was: denied, is: allowed },
    ]);
    expect(changes([wide], [narrow])).to.deep.equal([
      { kind: "network closed", ...change, was: allowed, is: denied },
    ]);
    expect(changes([narrow], [narrow])).to.deep.equal([]);
  });

  it("are those of a Namespace and of pods whose labels change, if a policy reads them", () => {
    const rule = ingress([{ namespaceSelector: { matchLabels: { team: "money" } } }]);
    const bank = (labels: object): PlainObject[] => [rule, namespaceOf("bank", labels)];
    const kinds = (found: object[]) => found.map((one) => Object.values(one).slice(0, 2).join(" "));
    expect(kinds(changes(bank({ team: "toys" }), bank({ team: "money" })))).to.deep.equal([
      "network opened shop/api",
    ]);
    expect(changes(bank({ tier: "a" }), bank({ tier: "b" }))).to.deep.equal([]);
    // A Namespace that is not among the objects has unknown labels, not others.
    expect(changes([rule], bank({ team: "money" }))).to.deep.equal([]);
    const model = (labels: Readonly<Record<string, string>>) =>
      readObjects([service("shop/api"), policy({})], { workloads: [web, { ...api, labels }] });
    const found = (labels: Readonly<Record<string, string>>) =>
      difference(model({ app: "api" }), model(labels)).map(
        ({ kind, workload: { name } }) => `${kind} ${name}`,
      );
    expect(found({ app: "free" })).to.include("network opened api");
    expect(found({ app: "api", tier: "b" })).to.deep.equal([]);
  });

  it("are connections to hosts outside of the cluster", () => {
    const closed = egress([{ podSelector: {} }]);
    const open = egress([{ podSelector: {} }, block("0.0.0.0/0", "10.0.0.0/8")]);
    const found = changes([closed], [open]).map((one) => {
      const { kind, name, sent } = one as Record<string, unknown>;
      return { kind, name, sent };
    });
    const sent = { host: "unknown.example", port: 443 };
    expect(found).to.deep.include({ kind: "network opened", name: "shop/web", sent });
    expect(found).to.deep.include({ kind: "network opened", name: "shop/api", sent });
  });
});
