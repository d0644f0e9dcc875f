import { expect } from "chai";
import { MeshNamespace, type MeshNamespaceArgs } from "../../components";
import { registrations } from "./registrations";

const labelsOf = async (args: MeshNamespaceArgs): Promise<unknown> => {
  const [, namespace] = await registrations(() => {
    new MeshNamespace("shop", args);
  });
  expect(namespace?.type).to.equal("kubernetes:core/v1:Namespace");
  expect(namespace?.name).to.equal("shop-namespace");
  return (namespace?.inputs.metadata as { labels: unknown }).labels;
};

describe("components/meshNamespace", () => {
  it("injects by default", async () => {
    expect(await labelsOf({ name: "shop" })).to.deep.equal({ "istio-injection": "enabled" });
  });

  it("names a revision instead, never both", async () => {
    expect(await labelsOf({ name: "shop", revision: "1-31-0" })).to.deep.equal({ "istio.io/rev": "1-31-0" });
  });

  it("says so if it does not inject, whatever the revision", async () => {
    expect(await labelsOf({ name: "shop", injection: false, revision: "1-31-0" })).to.deep.equal({
      "istio-injection": "disabled",
    });
  });

  it("keeps other labels, but not one that contradicts", async () => {
    expect(
      await labelsOf({ name: "shop", labels: { tier: "web", "istio-injection": "disabled" } }),
    ).to.deep.equal({ tier: "web", "istio-injection": "enabled" });
  });
});
