import { expect } from "chai";
import { headersSchema } from "../../catalog/headers";

/** The fixes for what a value has wrong. */
function fixesOf(value: unknown): unknown[] {
  const result = headersSchema.safeParse(value);
  return result.success
    ? []
    : result.error.issues.map((issue) =>
        issue.code === "custom" ? (issue.params?.fix as unknown) : issue.message,
      );
}

describe("catalog/headers", () => {
  for (const value of [
    { request: { set: { "x-a": "1" } } },
    { response: { add: { "x-a": "1" } } },
    { request: { remove: ["x-a"] }, response: { set: { "x-b": "2" } } },
  ]) {
    it(`accepts ${JSON.stringify(value)}`, () => {
      expect(fixesOf(value)).to.deep.equal([]);
    });
  }

  it("refuses headers without a change", () => {
    expect(fixesOf({})).to.deep.equal(["give request, response or both"]);
    for (const empty of [{}, { set: {} }, { set: {}, add: {} }]) {
      expect(fixesOf({ request: empty })).to.deep.equal(["give set, add or remove"]);
    }
    expect(fixesOf({ request: { set: {}, add: { "x-a": "1" } } })).to.deep.equal([]);
  });

  it("says of an unknown field what belongs around it, and nothing of what is missing", () => {
    expect(fixesOf({ "x-canary": "true" })).to.deep.equal([
      "write match: { headers: { … } } for a condition on requests, and request or response around a change of headers",
    ]);
    expect(fixesOf({ request: { "x-a": "1" } })).to.deep.equal(["write { set: { … } } around it"]);
  });

  it("keeps the schema's own message for a value of another type", () => {
    expect(fixesOf({ request: 1 })[0]).to.match(/^Invalid input/);
    expect(fixesOf(1)[0]).to.match(/^Invalid input/);
  });
});
