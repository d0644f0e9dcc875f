import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { pages } from "../pages";
import { files, violationsOf } from "../pages/render";
import { policies } from "../policies";

const folder = join(__dirname, "..", "docs", "policies");

describe("docs/policies", () => {
  it("is current; otherwise: npm run docs", async () => {
    const current = await files();
    expect(readdirSync(folder)).to.have.members([...current.keys()]);
    for (const [path, content] of current) {
      expect(readFileSync(join(folder, path), "utf8"), path).to.equal(content);
    }
  });

  it("has a page for each policy, to which the policy's description refers", () => {
    expect(Object.keys(pages)).to.have.members(policies.map(({ name }) => name));
    for (const { name, description } of policies) {
      expect(description, name).to.match(new RegExp(`See docs/policies/${name}\\.md\\.$`));
    }
  });

  for (const policy of policies) {
    const page = pages[policy.name];
    // The report's message lists the workloads that are not STRICT.
    const isViolation = (message: string) =>
      policy.name !== "report-coverage" || message.includes("Not STRICT");

    it(`refuses the wrong example and accepts the right one: ${policy.name}`, async () => {
      const wrong = await violationsOf(policy, page?.wrong ?? "");
      expect(wrong.filter(isViolation)).to.have.length.greaterThan(0);
      const right = await violationsOf(policy, page?.right ?? "");
      expect(right.filter(isViolation)).to.deep.equal([]);
    });
  }
});
