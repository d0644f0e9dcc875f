import { expect } from "chai";
import { components } from "../../plugin/provider";
import { inferredSchema } from "../../plugin/schema";
import written from "../../plugin/schema.gen.json";

interface Property {
  readonly description?: string;
}

describe("plugin/schema", function () {
  this.timeout(180_000);
  let schema: ReturnType<typeof inferredSchema>;
  before(() => {
    schema = inferredSchema(Object.keys(components));
  });

  it("is as written; if not, run `npm run docs`", () => {
    expect(JSON.parse(JSON.stringify(schema))).to.deep.equal(written);
  });

  it("has every component that the plugin makes, with its required inputs and its outputs", () => {
    const summary = Object.entries(schema.resources).map(([type, resource]) => [
      type,
      resource.requiredInputs,
      resource.required,
    ]);
    expect(summary).to.have.deep.members([
      ["meshwright:index:IstioControlPlane", ["version"], ["gateways", "namespace", "version"]],
      ["meshwright:index:MeshNamespace", ["name"], ["namespaceName"]],
      ["meshwright:index:Observability", ["catalog"], ["namespace"]],
      ["meshwright:index:ServiceMesh", ["catalog"], ["objectCounts"]],
    ]);
    expect(Object.keys(schema.resources).map((type) => type.split(":")[2])).to.have.members(
      Object.keys(components),
    );
  });

  it("describes every component, argument and output", () => {
    const args = Object.entries(schema.types).filter(([type]) => type.endsWith("Args"));
    expect(args.map(([type]) => type)).to.include("meshwright:index:IstioGatewayArgs");
    const described: [string, Property][] = [
      ...Object.entries(schema.resources),
      ...Object.entries(schema.resources).flatMap(([type, { inputProperties, properties }]) =>
        Object.entries({ ...inputProperties, ...properties }).map(([name, property]): [string, Property] => [
          `${type}.${name}`,
          property,
        ]),
      ),
      ...args.flatMap(([type, definition]) =>
        Object.entries(definition.properties ?? {}).map(([name, property]): [string, Property] => [
          `${type}.${name}`,
          property as Property,
        ]),
      ),
    ];
    const missing = described.filter(
      ([, { description = "" }]) => description === "" || description.includes("[object"),
    );
    expect(missing.map(([name]) => name)).to.deep.equal([]);
  });

  it("has the inputs of ServiceMesh as its arguments are typed", () => {
    const inputs = schema.resources["meshwright:index:ServiceMesh"]?.inputProperties ?? {};
    const types = Object.entries(inputs).map(([name, input]) => [name, { ...input, description: undefined }]);
    expect(JSON.parse(JSON.stringify(Object.fromEntries(types)))).to.deep.equal({
      catalog: { type: "object", additionalProperties: { $ref: "pulumi.json#/Any" }, plain: true },
      // A map whose values can be Outputs: names are known at preview, images need not be.
      images: { type: "object", additionalProperties: { type: "string" }, optional: true, plain: true },
    });
  });
});
