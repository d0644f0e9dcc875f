import { expect } from "chai";
import { milliseconds } from "../../reading/duration";

describe("duration", () => {
  it("reads every form of Istio", () => {
    const durations = {
      "30s": 30_000,
      "1m30s": 90_000,
      "500ms": 500,
      "0.5s": 500,
      "1h": 3_600_000,
      "2.01m": 120_600,
      "0s": 0,
      ["1s".repeat(50)]: 50_000,
    };
    for (const [text, length] of Object.entries(durations)) expect(milliseconds(text), text).to.equal(length);
  });

  it("reads no other text", () => {
    for (const value of ["", "30", "s", "30 s", "-1s", "1d", "30S", "30s!", 30, null, undefined, {}]) {
      expect(milliseconds(value), JSON.stringify(value)).to.equal(undefined);
    }
  });

  it("reads no duration that Istio can't read: over 292 years, or with more characters than any has", () => {
    expect(milliseconds("2500000h")).to.equal(9e12);
    expect(milliseconds("2600000h")).to.equal(undefined);
    expect(milliseconds("1s".repeat(51))).to.equal(undefined);
  });
});
