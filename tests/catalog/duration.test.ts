import { expect } from "chai";
import fc from "fast-check";
import { formatDuration, parseDuration } from "../../catalog";
import { durationOrZeroSchema, durationSchema } from "../../catalog/duration";

describe("duration", () => {
  it("is read in milliseconds", () => {
    expect(["500ms", "7.5s", "2m", "1h"].map(parseDuration)).to.deep.equal([500, 7500, 120_000, 3_600_000]);
  });

  it("is only a number and one unit", () => {
    for (const text of [
      "",
      "10",
      "s",
      "10sec",
      "-1s",
      "1h30m",
      " 1s",
      "1.s",
      "1e3s",
      "10 s",
      "0.5ms",
      "1.0001s",
    ]) {
      expect(parseDuration(text), text).to.equal(undefined);
    }
  });

  it("has at most the length that Go can read, 292 years", () => {
    expect(parseDuration("9223372036854ms")).to.equal(9_223_372_036_854);
    for (const text of ["9223372036855ms", "2562048h", `1.${"0".repeat(100)}s`, `${"9".repeat(1e6)}h`]) {
      expect(parseDuration(text), text.slice(0, 20)).to.equal(undefined);
    }
  });

  it("is written in the largest unit that takes it without a fraction", () => {
    expect([1, 7500, 30_000, 60_000, 90_000, 3_600_000].map(formatDuration)).to.deep.equal([
      "1ms",
      "7500ms",
      "30s",
      "1m",
      "90s",
      "1h",
    ]);
  });

  it("is the same after it was written and read", () => {
    fc.assert(fc.property(fc.nat(), (time) => parseDuration(formatDuration(time)) === time));
  });

  it("is exact in every unit, with any fraction of whole milliseconds", () => {
    expect(["2.01m", "4.35s", "1.1h", "0.001s", "1.50m"].map(parseDuration)).to.deep.equal([
      120_600, 4350, 3_960_000, 1, 90_000,
    ]);
    const units = { s: 1000n, m: 60_000n, h: 3_600_000n };
    fc.assert(
      fc.property(
        fc.constantFrom(...(["s", "m", "h"] as const)),
        fc.nat(100_000),
        fc.nat(999_999),
        (unit, whole, fraction) => {
          const micro = (BigInt(whole) * 1_000_000n + BigInt(fraction)) * units[unit];
          const read = parseDuration(`${whole}.${String(fraction).padStart(6, "0")}${unit}`);
          expect(read).to.equal(micro % 1_000_000n === 0n ? Number(micro / 1_000_000n) : undefined);
        },
      ),
    );
  });

  it("is written as zero milliseconds if it is none", () => {
    expect(formatDuration(0)).to.equal("0ms");
  });

  it("is at least one millisecond in a field, except where zero has a meaning", () => {
    const values = ["1ms", "10s", "0s", "0.0h", "10", "0.5ms", 10, null];
    const accepts = (schema: typeof durationSchema): boolean[] =>
      values.map((value) => schema.safeParse(value).success);
    expect(accepts(durationSchema)).to.deep.equal([true, true, ...Array<boolean>(6).fill(false)]);
    expect(accepts(durationOrZeroSchema)).to.deep.equal([
      ...Array<boolean>(4).fill(true),
      ...Array<boolean>(4).fill(false),
    ]);
  });
});
