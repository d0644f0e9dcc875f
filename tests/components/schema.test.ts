import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Analyzer } from "@pulumi/pulumi/provider/experimental/analyzer";
import { expect } from "chai";

const root = join(__dirname, "..", "..");

describe("components' schema", function () {
  this.timeout(120_000); // the compiler reads all of Pulumi's types

  const components = ["IstioControlPlane", "MeshNamespace", "Observability", "ServiceMesh"];

  it("is inferred by Pulumi from the types of their arguments", () => {
    const own = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<string, unknown>;
    const analyzer = new Analyzer(root, "meshwright", { ...own, main: "pulumi.ts" }, new Set(components));
    const { components: inferred } = analyzer.analyze();
    expect(Object.keys(inferred).sort()).to.deep.equal(components);
    const inputs = Object.entries(inferred.ServiceMesh?.inputs ?? {}).map(([name, own]) => {
      const { description, ...type } = own;
      expect(description, name).to.match(/\.$/);
      return [name, type];
    });
    expect(Object.fromEntries(inputs)).to.deep.equal({
      catalog: { type: "object", additionalProperties: { $ref: "pulumi.json#/Any" }, plain: true },
      // A map whose values can be Outputs: names are known at preview, images need not be.
      images: { type: "object", additionalProperties: { type: "string" }, optional: true, plain: true },
    });
  });
});
