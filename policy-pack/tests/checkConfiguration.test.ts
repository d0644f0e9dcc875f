import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { unknownNames } from "../checkConfiguration";
import { policies } from "../policies";

const preset = (name: string): unknown =>
  JSON.parse(readFileSync(join(__dirname, "..", "presets", `${name}.json`), "utf8"));

describe("checkConfiguration", () => {
  it("finds nothing in the presets, in levels, and in every setting that there is", () => {
    for (const name of ["dev", "staging", "prod"]) expect(unknownNames(preset(name)), name).to.deep.equal([]);
    expect(unknownNames({ all: "advisory", "bound-timeouts": "disabled" })).to.deep.equal([]);
    const everything = policies.map(({ name, configSchema }) => [
      name,
      { enforcementLevel: "advisory", ...configSchema?.properties },
    ]);
    expect(unknownNames(Object.fromEntries(everything))).to.deep.equal([]);
  });

  it("names policies and settings that do not exist, all at once", () => {
    const problems = unknownNames({
      "forbid-weak-mtls": { exemptions: [] },
      "bound-timeouts": { longestTimeOut: "1m", enforcementLevel: "advisory", until: "2026-12-01" },
    });
    expect(problems).to.have.length(3);
    expect(problems[0]).to.match(
      /^There is no policy forbid-weak-mtls\. Name one of bound-capabilities, .*restrict-egress\.$/,
    );
    const allowed = "enforcementLevel, environment, excludeFor, exemptions, includeFor, longestTimeout";
    expect(problems.slice(1)).to.deep.equal([
      `Policy bound-timeouts has no setting longestTimeOut. Its settings are ${allowed}.`,
      `Policy bound-timeouts has no setting until. Its settings are ${allowed}.`,
    ]);
  });

  it("refuses what is no configuration", () => {
    for (const none of [[], null, "prod", 7]) {
      expect(unknownNames(none)).to.deep.equal([
        "The configuration is not an object of policies: write {} for none.",
      ]);
    }
  });
});
