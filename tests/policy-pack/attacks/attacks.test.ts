import { expect } from "chai";
import type { Resource } from "../../../policy-pack/tests/engine";
import { judge } from "../judge";
import { preset } from "../registered";
import { compliant } from "./object";
import { clusterPrograms, clusterWays } from "./clusterWays";
import { accessWays } from "./accessWays";
import { controlPlaneWays } from "./controlPlaneWays";
import { detourPrograms, detourWays } from "./detourWays";
import { identityPrograms, identityWays } from "./identityWays";
import { keyPrograms, keyWays } from "./keyWays";
import { leavingPrograms, leavingWays } from "./leavingWays";
import { moreOrdinary } from "./moreOrdinary";
import { ordinary } from "./ordinary";
import { podWays } from "./podWays";
import { trafficWays } from "./trafficWays";
import { waysPast } from "./waysPast";

const ways = [
  ...waysPast,
  ...podWays,
  ...controlPlaneWays,
  ...trafficWays,
  ...accessWays,
  ...clusterWays,
  ...detourWays,
  ...identityWays,
  ...keyWays,
  ...leavingWays,
];
const programs = [
  ...ordinary,
  ...moreOrdinary,
  ...clusterPrograms,
  ...detourPrograms,
  ...identityPrograms,
  ...keyPrograms,
  ...leavingPrograms,
];

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

  it("are at least 300 ways past the pack, and 150 ordinary programs", () => {
    expect(ways.length).to.be.at.least(300);
    expect(programs.length).to.be.at.least(150);
  });

  for (const { what, resources } of ways) {
    it(`are refused: ${what}`, async () => {
      expect(await refusals(resources)).not.to.deep.equal([]);
    });
  }

  for (const { what, resources } of programs) {
    it(`are not this: ${what}`, async () => {
      expect(await refusals(resources)).to.deep.equal([]);
    });
  }
});
