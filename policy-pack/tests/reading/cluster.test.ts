import { expect } from "chai";
import { byCluster, clusterOf } from "../../reading/cluster";
import { guarded, unknown } from "../engine";

const provider = (props: Record<string, unknown>, name = "east") => ({
  urn: `urn:pulumi:dev::shop::pulumi:providers:kubernetes::${name}`,
  name,
  props: guarded(props),
});
const same = (one: Record<string, unknown>, other: Record<string, unknown>) =>
  clusterOf(provider(one, "one")).key === clusterOf(provider(other, "other")).key;

describe("reading/cluster", () => {
  it("is the same for the same kubeconfig and context, regardless of other arguments", () => {
    const east = { kubeconfig: "clusters: …", context: "east" };
    expect(same(east, { ...east, version: "4.25.0", namespace: "shop" })).to.equal(true);
    expect(same({}, { version: "4.25.0" })).to.equal(true);
    expect(same(east, { ...east, context: "west" })).to.equal(false);
    expect(same(east, { ...east, kubeconfig: "clusters: -" })).to.equal(false);
    expect(same({}, { cluster: "west" })).to.equal(false);
  });

  it("is separate while the kubeconfig is unknown", () => {
    expect(same({ kubeconfig: unknown }, { kubeconfig: unknown })).to.equal(false);
    expect(same({ kubeconfig: "[secret]" }, { kubeconfig: "[secret]" })).to.equal(false);
    const { key } = clusterOf(provider({ kubeconfig: unknown }));
    expect(clusterOf(provider({ kubeconfig: unknown, context: "east" })).key).to.equal(key);
  });

  it("has the provider's name", () => {
    expect(clusterOf(provider({})).provider).to.equal("east");
    expect(clusterOf(undefined)).to.deep.equal({ key: "", provider: "" });
  });

  it("groups resources in order, and returns one group for none", () => {
    const [east, west] = [clusterOf(provider({})), clusterOf(provider({ context: "west" }, "west"))];
    const of = (cluster: typeof east, resource: string) => ({ cluster, resource });
    expect(byCluster([of(east, "a"), of(west, "b"), of(east, "c")])).to.deep.equal([
      { cluster: east, resources: ["a", "c"] },
      { cluster: west, resources: ["b"] },
    ]);
    const nowhere = of(clusterOf(undefined), "component");
    expect(byCluster([nowhere, of(east, "a")])).to.deep.equal([{ cluster: east, resources: ["a"] }]);
    expect(byCluster([nowhere])).to.deep.equal([{ cluster: clusterOf(undefined), resources: ["component"] }]);
    expect(byCluster([])).to.deep.equal([{ cluster: clusterOf(undefined), resources: [] }]);
  });
});
