import { expect } from "chai";
import { parseQuantity } from "../../catalog/quantity";

describe("catalog/quantity", () => {
  for (const [quantity, number] of [
    ["100m", 0.1],
    ["2", 2],
    ["1.5k", 1500],
    ["3Ki", 3072],
    ["50Gi", 53_687_091_200],
    ["1E", 1e18],
    ["3x", 3],
    ["-1Gi", 0],
    ["half", 0],
  ] as const) {
    it(`knows what ${quantity} is`, () => {
      expect(parseQuantity(quantity)).to.equal(number);
    });
  }
});
