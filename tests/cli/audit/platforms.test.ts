import { expect } from "chai";
import { audit } from "../../../cli/audit/audit";
import { policySettings } from "../../../cli/audit/settings";
import { sourcesOf } from "../../../cli/audit/sources";
import { readText } from "../../../cli/manifests";
import { toYaml } from "../../../mesh/toYaml";
import { atDay } from "../../../policy-pack/tests/clock";
import { platformList, platformNames } from "../../../platforms";
import { objectsOf, planOf, releasesOf } from "../../../program/plan";
import { readSettings } from "../../../program/settings";

/** Findings that are true of a platform. */
const expected: Readonly<Record<string, readonly string[]>> = {
  // No service of Alfred calls its user interface, and no gateway routes to it.
  alfred: ["warning MW936 Deployment alfred-platform/ui-service"],
};

describe("cli/audit: the platforms", () => {
  atDay("2026-11-26");

  for (const platform of platformNames) {
    it(`have no finding in prod, but what is true: ${platform}`, () => {
      const plan = planOf(
        readSettings(platformList, { get: (key) => ({ platform, environment: "prod" })[key] }),
      );
      const releases = releasesOf(plan).map(({ name: release, ...rest }) => ({ release, ...rest }));
      const all = [...releases, ...objectsOf(plan).flatMap(({ objects }) => objects)];
      const read = readText(all.map((one) => toYaml(one)).join("---\n"), "render.yaml");
      const own = platform === "alfred" ? "platforms/alfred/policy.prod.json" : undefined;
      const { findings } = audit(sourcesOf(read, "default"), {
        settings: policySettings("prod", own),
        complete: false,
      });
      const said = findings
        .filter(({ severity }) => severity !== "info")
        .map(
          ({ severity, code, object }) =>
            `${severity} ${code} ${object?.kind ?? ""} ${object?.namespace ?? ""}/${object?.name ?? ""}`,
        );
      expect(said).to.deep.equal(expected[platform] ?? []);
    });
  }
});
