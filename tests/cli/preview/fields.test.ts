import { isDeepStrictEqual } from "node:util";
import { expect } from "chai";
import fc from "fast-check";
import { fieldChanges } from "../../../cli/preview/fields";
import { parsePath, valueAt } from "../../../catalog/path";

describe("cli/preview/fields", () => {
  it("name each field once, with both values", () => {
    const before = { spec: { timeout: "5s", hosts: ["a", "b"], gone: 1, labels: { "app/name": "x" } } };
    const after = { spec: { timeout: "6s", hosts: ["a", "c"], added: {}, labels: { "app/name": "y" } } };
    expect(fieldChanges(before, after)).to.deep.equal([
      { path: "spec.added", after: {} },
      { path: "spec.gone", before: 1 },
      { path: "spec.hosts[1]", before: "b", after: "c" },
      { path: 'spec.labels["app/name"]', before: "x", after: "y" },
      { path: "spec.timeout", before: "5s", after: "6s" },
    ]);
    expect(fieldChanges({ hosts: ["a"] }, { hosts: ["a", "b"] })).to.deep.equal([
      { path: "hosts", before: ["a"], after: ["a", "b"] },
    ]);
  });

  it("are none exactly if the values are equal, and lead to the values", () => {
    const json = fc
      .jsonValue({ maxDepth: 3 })
      .map((value) => JSON.parse(JSON.stringify({ value })) as object);
    fc.assert(
      fc.property(json, json, (before, after) => {
        const changes = fieldChanges(before, after);
        expect(changes.length === 0).to.equal(isDeepStrictEqual(before, after));
        for (const { path, ...values } of changes) {
          expect(valueAt(before, parsePath(path)), path).to.deep.equal(values.before);
          expect(valueAt(after, parsePath(path)), path).to.deep.equal(values.after);
        }
      }),
    );
  });
});
