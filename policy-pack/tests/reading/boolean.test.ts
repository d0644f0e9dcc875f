import { expect } from "chai";
import { UNKNOWN } from "../../reading/field";
import { isOn } from "../../reading/boolean";

describe("a boolean value of a chart", () => {
  it("is on with any content, also the text false", () => {
    for (const value of [true, 1, "true", "false", "yes", [0], { a: 1 }]) {
      expect(isOn(value), JSON.stringify(value)).to.equal(true);
    }
  });

  it("is off if it is false or empty, and not on if it is unknown", () => {
    for (const value of [undefined, null, false, 0, "", [], {}, UNKNOWN]) {
      expect(isOn(value)).to.equal(false);
    }
  });
});
