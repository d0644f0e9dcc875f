import { expect } from "chai";
import { definedGroup, isOfMesh } from "../../reading/apiGroup";
import { unknown } from "../engine";
import { read } from "../read";
import { kubernetes } from "../resources";

describe("reading/apiGroup", () => {
  it("reads the group of a kind, also from the name of a patch", () => {
    const group = (metadata: object, spec?: object) =>
      definedGroup(
        read(
          kubernetes("apiextensions.k8s.io/v1", "CustomResourceDefinition", {
            metadata,
            ...(spec && { spec }),
          }),
        ),
      );
    const name = "gateways.networking.istio.io";
    expect(group({ name }, { group: "example.com" })).to.equal("example.com");
    for (const spec of [undefined, {}, { group: unknown }, { group: 1 }]) {
      expect(group({ name }, spec)).to.equal("networking.istio.io");
    }
    expect(group({ name: ".a.b" })).to.equal("a.b");
    expect(group({ name: "none" })).to.equal("none");
    expect(group({})).to.equal("");
  });

  it("recognizes the groups that configure the mesh by their ends", () => {
    for (const group of ["istio.io", "security.istio.io", "gateway.networking.k8s.io"]) {
      expect(isOfMesh(group), group).to.equal(true);
    }
    for (const group of ["myistio.io", "istio.io.example.com", "networking.k8s.io", "k8s.io", ""]) {
      expect(isOfMesh(group), group).to.equal(false);
    }
  });
});
