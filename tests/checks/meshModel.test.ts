import { expect } from "chai";
import { modelOf } from "../../checks";
import { checkMesh } from "../../mesh";

describe("checks/meshModel", () => {
  it("has the root namespace and the trust domain of the catalog", () => {
    const services = { web: { ports: { http: { port: 80, protocol: "http" } } } };
    const { mesh } = checkMesh({
      name: "shop",
      rootNamespace: "mesh",
      trustDomain: "shop.example",
      services,
    });
    if (mesh === undefined) throw new Error("errors");
    expect(modelOf(mesh, []).settings).to.include({ rootNamespace: "mesh", trustDomain: "shop.example" });
    expect(modelOf(mesh, [], { rootNamespace: "other" }).settings.rootNamespace).to.equal("other");
  });
});
