import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { unknownNames } from "../checkConfiguration";
import { policies } from "../policies";

const preset = (name: string): unknown =>
  JSON.parse(readFileSync(join(__dirname, "..", "presets", `${name}.json`), "utf8"));

describe("checkConfiguration", () => {
  it("accepts the presets, levels, and every setting", () => {
    for (const name of ["dev", "staging", "prod"]) expect(unknownNames(preset(name)), name).to.deep.equal([]);
    expect(unknownNames({ all: "advisory", "bound-timeouts": "disabled" })).to.deep.equal([]);
    const everything = policies.map(({ name, configSchema }) => [
      name,
      { enforcementLevel: "advisory", ...configSchema?.properties },
    ]);
    expect(unknownNames(Object.fromEntries(everything))).to.deep.equal([]);
  });

  it("reports all unknown policies and settings", () => {
    const problems = unknownNames({
      "forbid-weak-mtls": { exemptions: [] },
      "bound-timeouts": { longestTimeOut: "1m", enforcementLevel: "advisory", until: "2026-12-01" },
    });
    expect(problems).to.have.length(3);
    expect(problems[0]).to.match(
      /^There is no policy forbid-weak-mtls\. Use one of bound-capabilities, .*restrict-pod-annotations\.$/,
    );
    const allowed = "enforcementLevel, environment, excludeFor, exemptions, includeFor, longestTimeout";
    expect(problems.slice(1)).to.deep.equal([
      `Policy bound-timeouts has no setting longestTimeOut. Its settings are ${allowed}.`,
      `Policy bound-timeouts has no setting until. Its settings are ${allowed}.`,
    ]);
  });

  it("reports a configuration that is not an object", () => {
    for (const none of [[], null, "prod", 7]) {
      expect(unknownNames(none)).to.deep.equal([
        "The configuration is not a JSON object keyed by policy. Write {} for an empty one.",
      ]);
    }
  });
});
