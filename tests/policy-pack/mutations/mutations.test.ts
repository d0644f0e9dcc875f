import { expect } from "chai";
import { policies } from "../../../policy-pack/policies";
import { mutations } from "./index";

describe("mutations of the platforms in prod", () => {
  it("every policy has something to refuse", () => {
    const names = policies.map(({ name }) => name);
    const tested = new Set<string>(mutations.map(({ policy }) => policy));
    expect(
      names.filter((name) => !tested.has(name)),
      "add to a file in tests/policy-pack/mutations what breaks a platform for each of these policies",
    ).to.deep.equal([]);
  });
});
