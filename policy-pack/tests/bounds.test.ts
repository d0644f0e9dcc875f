import { expect } from "chai";
import fc from "fast-check";
import { bound, boundDuration } from "../bounds";
import { Field } from "../reading/field";

const field = (value: unknown) => Field.of({ limit: value }, new Map()).at("limit");
const limits = fc
  .tuple(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 0, max: 1000 }))
  .map(([least, width]) => ({ least, most: least + width }));

describe("bounds", () => {
  it("accepts every number within the limits and no number outside", () => {
    fc.assert(
      fc.property(
        limits,
        fc.integer({ min: 1, max: 4294967295 }),
        fc.boolean(),
        ({ least, most }, value, needed) => {
          const inside = least <= value && value <= most;
          expect(bound(field(value), least, most, needed)).to.have.length(inside ? 0 : 1);
        },
      ),
    );
  });

  it("never repeats a value that is not a number or duration", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 5 }), (secret) => {
        fc.pre(!/^[\d.hms]+$/.test(secret));
        for (const violation of [
          ...bound(field(secret), 1, 9, true),
          ...boundDuration(field(secret), "1s", "2s"),
        ]) {
          expect([violation.problem, violation.fix]).to.satisfy((texts: string[]) =>
            texts.every(
              (text) =>
                ["is not a number", "is not a duration"].includes(text) || text.startsWith("Set it to a "),
            ),
          );
        }
      }),
    );
  });

  it("requires a number only if one is needed", () => {
    for (const value of [undefined, null, 0]) {
      expect(bound(field(value), 1, 9, false)).to.deep.equal([]);
      expect(bound(field(value), 1, 9, true)).to.have.length(1);
    }
  });
});
