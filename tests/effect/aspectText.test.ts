import { expect } from "chai";
import { aspectText } from "../../effect";

describe("aspectText", () => {
  it("names what a rule is about in words, and a claim by its path", () => {
    const names = ["method", "identity", "header x-team", 'claim ["role"]', 'claim ["realm","roles"]'];
    expect(names.map(aspectText)).to.deep.equal([
      "method",
      "client",
      "header x-team",
      "claim role",
      "claim realm.roles",
    ]);
  });
});
