import { join } from "node:path";
import { expect } from "chai";
import { catalogFields } from "../../docs/catalogFields";
import { changes } from "../../docs/fields/changes";
import { rendersTo } from "../../docs/fields/rendersTo";

describe("docs/catalog.md", () => {
  let fields: ReturnType<typeof catalogFields>;
  before(() => {
    fields = catalogFields(join(__dirname, "..", ".."));
  });

  it("says of every field what it renders to, or why to nothing; of one that holds others, they do", () => {
    const silent = fields.filter(({ name, holdsFields }) => !holdsFields && changes[name] === undefined);
    expect(
      silent.map(({ name }) => name),
      "add a change of each to docs/fields/changes.ts",
    ).to.deep.equal([]);
    expect(Object.keys(changes).filter((name) => !fields.some((field) => field.name === name))).to.deep.equal(
      [],
    );
  });

  // `npm run docs` does so for every field, and tests/docs/generate.test.ts with it.
  it("finds each of these out from the renderers", () => {
    expect(rendersTo("CircuitBreakerDefinition.maxConnections")).to.deep.equal({
      changed: new Map([["DestinationRule", ["spec.trafficPolicy.connectionPool.tcp.maxConnections"]]]),
    });
  });

  it("says of every field that may be left out what holds then", () => {
    const silent = fields.filter(
      ({ required, description }) => !required && !/\bDefault: /.test(description.join("\n")),
    );
    expect(silent.map(({ name }) => name)).to.deep.equal([]);
  });
});
