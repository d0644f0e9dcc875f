import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { IstioControlPlane, istioReleases, ServiceMesh } from "../../components";
import { clusterChecks } from "../../program/cluster/finding";
import { clusterSettings } from "../../program/cluster/settings";
import type { Plan } from "../../program/plan";
import { readSettings } from "../../program/settings";
import { atDay } from "../../policy-pack/tests/clock";
import { registrations } from "../components/registrations";
import { judge } from "../policy-pack/judge";
import { preset } from "../policy-pack/registered";
import { folder, pages, planWith, settingsBlocks, settingsOf, shop, textOf } from "./clusterPages";
import { anchorsOf, linksOf } from "./markdown";

const violations = async ({ controlPlane, catalog, name }: Plan): Promise<string[]> => {
  const seen = await registrations(() => {
    new IstioControlPlane("istio", controlPlane);
    new ServiceMesh(name, { catalog });
  });
  const resources = seen.map(({ type, name: named, inputs }) => ({ type, name: named, props: inputs }));
  return (await judge(resources, preset("prod"))).mandatory;
};

describe("docs/clusters", () => {
  atDay("2026-11-26");

  for (const page of pages) {
    const blocks = settingsBlocks(page);

    for (const block of blocks) {
      it(`${page}:${block.line} is read, rendered whole, and accepted by the policy pack`, async () => {
        const settings = settingsOf(block);
        const plan = planWith(settings);
        const { cluster } = readSettings([shop], { get: (key) => settings[key] });
        // Something comes of each setting: the releases are other ones than without it.
        for (const key of Object.keys(cluster)) {
          const rest = Object.fromEntries(Object.entries(cluster).filter(([one]) => one !== key));
          const without = planWith({ ...settings, cluster: JSON.stringify(rest) });
          expect(istioReleases(plan.controlPlane), key).to.not.deep.equal(
            istioReleases(without.controlPlane),
          );
        }
        expect(await violations(plan)).to.deep.equal([]);
      });
    }

    it(`${page} has settings, and its links lead somewhere`, () => {
      expect(blocks).to.not.be.empty;
      for (const link of linksOf(textOf(page))) {
        const [path = "", anchor] = link.split("#");
        const target = path === "" ? join(folder, page) : join(dirname(join(folder, page)), path);
        expect(existsSync(target), link).to.equal(true);
        if (anchor !== undefined) expect(anchorsOf(readFileSync(target, "utf8")), link).to.include(anchor);
      }
    });
  }

  it("has free values judged by the policy pack, like all others", async () => {
    const values = {
      istiod: { meshConfig: { outboundTrafficPolicy: { mode: "ALLOW_ANY" } }, global: { tag: "latest" } },
    };
    const found = await violations(planWith({ cluster: JSON.stringify({ values }) }));
    expect(found.map((text) => text.split(":")[0])).to.have.members([
      "require-pinned-versions",
      "restrict-egress",
    ]);
    expect(await violations(planWith({}))).to.deep.equal([]);
  });

  it("describes every field of the setting, and every check, and no other", () => {
    const text = textOf("README.md");
    const cellsOf = (heading: string): string[] => {
      const table =
        text
          .slice(text.indexOf(heading))
          .split("\n\n")
          .find((part) => part.startsWith("|")) ?? "";
      return table
        .split("\n")
        .slice(2)
        .flatMap((row) => [...(row.split("|")[1] ?? "").matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name));
    };
    const documented = text.slice(text.indexOf("## The setting"));
    expect(documented).to.not.equal("");
    const fields = cellsOf("| field").map((name) => name.split(".")[0] ?? "");
    expect([...new Set(fields)]).to.have.members(Object.keys(clusterSettings.shape));
    expect(cellsOf("| check")).to.have.members([...clusterChecks]);
  });
});
