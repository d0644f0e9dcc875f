import { expect } from "chai";
import { nameIn, normalizeNamespaces, owns } from "../../catalog/ownership";

const namespacesOf = (namespaces: readonly string[], sharedNamespaces?: readonly string[]) =>
  normalizeNamespaces(
    { rootNamespace: "istio-root", ...(sharedNamespaces && { sharedNamespaces }) },
    namespaces.map((namespace) => ({ namespace })),
    [{ namespace: "edge", pods: { namespace: "edge-pods" } as never }],
  );

describe("catalog/ownership", () => {
  it("owns the namespaces of services and gateways, sorted and once each", () => {
    expect(namespacesOf(["shop", "data", "shop"])).to.deep.equal({
      namespaces: ["data", "edge", "shop"],
      ownNamespaces: ["data", "edge", "shop"],
    });
  });

  for (const namespace of [
    "default",
    "kube-system",
    "kube-flannel",
    "local-path-storage",
    "istio-root",
    "edge-pods",
    "istio-egress",
    "common",
  ]) {
    it(`does not own ${namespace}`, () => {
      const { namespaces, ownNamespaces } = namespacesOf([namespace], ["common"]);
      expect(namespaces).to.include(namespace);
      expect(ownNamespaces).to.deep.equal(["edge"]);
    });
  }

  it("owns a namespace whose name only ends in kube-, and one that no catalog shares", () => {
    expect(namespacesOf(["mini-kube-", "common"]).ownNamespaces).to.deep.equal([
      "common",
      "edge",
      "mini-kube-",
    ]);
  });

  it("appends the catalog's name to the names of objects in a shared namespace", () => {
    const mesh = { name: "shop", ownNamespaces: ["data"] };
    expect(owns(mesh, "data")).to.equal(true);
    expect(owns(mesh, "common")).to.equal(false);
    expect(nameIn(mesh, "data", "default")).to.equal("default");
    expect(nameIn(mesh, "common", "default")).to.equal("default-shop");
  });
});
