import { expect } from "chai";
import { readObjects } from "../../effect";
import { nearestRule } from "../../effect/nearestRule";

/** What the only rule of a policy requires of a client, in words. */
function wanted(source: object): string | undefined {
  const metadata = { name: "web", namespace: "shop" };
  const model = readObjects([
    {
      apiVersion: "security.istio.io/v1",
      kind: "AuthorizationPolicy",
      metadata,
      spec: { rules: [{ from: [{ source }] }] },
    },
  ]);
  const workload = { name: "web", namespace: "shop", labels: {} };
  const identity = { trustDomain: "cluster.local", namespace: "bank", serviceAccount: "jobs" };
  return nearestRule(model, workload, { identity, port: 8080 })?.misfits[0]?.wanted;
}

describe("effect/nearestRule", () => {
  it("says which clients a rule requires as the policy does, and not by the expression that matches them", () => {
    expect(wanted({ namespaces: ["shop", "edge-*"] })).to.equal("namespace shop or namespace edge-*");
    expect(wanted({ notNamespaces: ["bank"] })).to.equal("not namespace bank");
    expect(wanted({ serviceAccounts: ["web", "edge/web"] })).to.equal(
      "service account shop/web or service account edge/web",
    );
    expect(wanted({ principals: ["cluster.local/ns/shop/sa/web"] })).to.equal("cluster.local/ns/shop/sa/web");
    expect(wanted({ trustDomains: ["other.test"] })).to.equal("trust domain other.test");
  });
});
