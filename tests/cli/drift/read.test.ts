import { V1NetworkPolicyIngressRule } from "@kubernetes/client-node";
import { expect } from "chai";
import { objectDrift } from "../../../cli/drift/objects";
import { asServed } from "../../../cli/drift/read";
import { asResources } from "../../../cli/health/drift";

const policy = (label: string) => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name: "cart", namespace: "shop" },
  spec: { podSelector: {}, ingress: [{ from: [{ podSelector: { matchLabels: { app: label } } }] }] },
});

describe("cli/drift/read", () => {
  it("compares NetworkPolicies as the API server returns them, not as the client names their fields", () => {
    const names = V1NetworkPolicyIngressRule.getAttributeTypeMap().map(({ name }) => name);
    expect(names).to.include("_from");
    const { spec, ...rest } = policy("web");
    const renamed = {
      ...rest,
      spec: { ...spec, ingress: spec.ingress.map(({ from }) => ({ _from: from })) },
    };
    const live = asServed(renamed) as ReturnType<typeof policy>;
    expect(live.spec.ingress).to.deep.equal(policy("web").spec.ingress);
    const written = { ...live, metadata: { ...live.metadata, resourceVersion: "2" } };
    const drift = (expected: object) =>
      objectDrift(asResources([expected as never]), () => new Map([["shop/cart", written]]));
    expect(drift(policy("web"))).to.deep.equal([]);
    expect(drift(policy("other")).map(({ fields }) => fields)).to.deep.equal([["spec.ingress"]]);
  });
});
