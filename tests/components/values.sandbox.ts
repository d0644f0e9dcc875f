import { join } from "node:path";
import { expect } from "chai";
import { execa } from "execa";
import { parse } from "yaml";
import { kubernetesPlatforms } from "../../components/istioCni";
import { istioCharts } from "../../toolchain/pins";
import { harness, type Harness } from "../sandbox/harness";
import { typedPaths } from "./typedPaths";

const source = join(__dirname, "..", "..", "components", "values.ts");

const paths = (name: string): string[] => typedPaths(source, name).map((path) => path.join("."));

describe("components/values", () => {
  let h: Harness;
  before(async () => {
    h = await harness();
  });

  for (const [name, chart] of [
    ["BaseValues", "base"],
    ["CniValues", "cni"],
    ["IstiodValues", "istiod"],
    ["GatewayValues", "gateway"],
  ] as const) {
    it(`${name} names only values that the chart ${chart} has`, async () => {
      const archive = join(h.toolchain.charts, `${chart}-${istioCharts.version}.tgz`);
      const { stdout: defaults } = await execa(h.toolchain.program("helm"), ["show", "values", archive]);
      const { _internal_defaults_do_not_set: inner, ...outer } = parse(defaults) as Record<string, object>;
      const values: unknown = { ...outer, ...inner };
      // Some that a template reads are missing from values.yaml.
      const { stdout } = await execa("tar", ["-xzOf", archive, "--wildcards", "*/templates/*"]);
      // A template may guard each step: ($.Values.global).platform.
      const templates = stdout.replaceAll(/\(\$?(\.Values(?:\.\w+)*)\)/g, "$1");
      const missing = paths(name).filter((path) => {
        if (new RegExp(`\\.Values\\.${path.replaceAll(".", "\\.")}\\b`).test(templates)) return false;
        let value = values;
        for (const key of path.split(".")) {
          if (typeof value !== "object" || value === null || !(key in value)) return true;
          value = (value as Record<string, unknown>)[key];
        }
        return false;
      });
      expect(missing).to.deep.equal([]);
      expect(paths(name).length).to.be.greaterThan(1);
    });
  }

  it("names every Kubernetes platform for which the charts have a profile, and no other", async () => {
    for (const chart of ["cni", "istiod"]) {
      const archive = join(h.toolchain.charts, `${chart}-1.31.0.tgz`);
      const { stdout } = await execa("tar", ["-tzf", archive]);
      const profiles = [...stdout.matchAll(/\/files\/profile-platform-(.+)\.yaml$/gm)].map(
        ([, name]) => name,
      );
      expect(profiles, chart).to.have.members(kubernetesPlatforms);
    }
  });
});
