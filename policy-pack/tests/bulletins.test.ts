import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { facts } from "../facts";
import { bulletins, bulletinsPage } from "../pages/bulletins";
import { violationsOf } from "../pages/render";
import { policies } from "../policies";

const policyOf = (name: string) => {
  const policy = policies.find((one) => one.name === name);
  if (policy === undefined) throw new Error(`no policy ${name}`);
  return policy;
};
const baseRelease = (version: string) => `type: kubernetes:helm.sh/v3:Release
properties:
  name: base
  namespace: istio-system
  chart: base
  version: ${version}`;

describe("docs/bulletins.md", () => {
  it("is current; otherwise: npm run docs", () => {
    expect(readFileSync(join(__dirname, "..", "docs", "bulletins.md"), "utf8")).to.equal(bulletinsPage());
  });

  it("has every bulletin of the facts, each once", () => {
    const page = bulletinsPage();
    for (const { name } of facts.istio.bulletins) expect(page.split(name).length - 1, name).to.be.at.least(1);
    expect(new Set(bulletins.map(({ name }) => name)).size).to.equal(bulletins.length);
  });

  it("has no affected version that is accepted, and accepts the newest", async () => {
    const policy = policyOf("require-supported-versions");
    for (const { name, affected } of bulletins) {
      if (affected === undefined) continue;
      expect(
        await violationsOf(policy, baseRelease(affected)),
        `${name}: ${affected}`,
      ).to.have.length.at.least(1);
    }
    expect(await violationsOf(policy, baseRelease(facts.istio.version))).to.deep.equal([]);
  });

  for (const { name, refused } of bulletins) {
    for (const { policy, what, wrong } of refused) {
      it(`${name}: ${policy} refuses a configuration ${what}`, async () => {
        expect(await violationsOf(policyOf(policy), wrong)).to.have.length.at.least(1);
        // With an allowed filter, the same object is accepted.
        const type = /filters\.http\.[\w.]+$/;
        if (!type.test(wrong)) return;
        const harmless = wrong.replace(type, "filters.http.local_ratelimit.v3.LocalRateLimit");
        expect(await violationsOf(policyOf(policy), harmless)).to.deep.equal([]);
      });
    }
  }
});
