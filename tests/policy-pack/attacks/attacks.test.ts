import { expect } from "chai";
import type { Resource } from "../../../policy-pack/tests/engine";
import { judge } from "../judge";
import { preset } from "../registered";
import { compliant } from "./object";
import { ordinary } from "./ordinary";
import { waysPast } from "./waysPast";

/** Policies whose violations are not about security: a case that only they refuse is not refused. */
const aside =
  /^(require-supported-versions|require-pinned-versions|require-high-availability|report-coverage):/;

describe("policy-pack/attacks", () => {
  async function refusals(resources: readonly Resource[]): Promise<string[]> {
    const { mandatory } = await judge([...compliant, ...resources], preset("prod"));
    return mandatory.filter((message) => !aside.test(message));
  }

  it("start from a compliant stack", async () => {
    expect(await refusals([])).to.deep.equal([]);
  });

  it("are at least 60 ways past the pack, and 40 ordinary programs", () => {
    expect(waysPast.length).to.be.at.least(60);
    expect(ordinary.length).to.be.at.least(40);
  });

  for (const { what, resources } of waysPast) {
    it(`are refused: ${what}`, async () => {
      expect(await refusals(resources)).not.to.deep.equal([]);
    });
  }

  for (const { what, resources } of ordinary) {
    it(`are not this: ${what}`, async () => {
      expect(await refusals(resources)).to.deep.equal([]);
    });
  }
});
