import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { offered } from "./recordVersion";

const read = (...path: string[]) => readFileSync(join(__dirname, "..", ...path), "utf8");
const { version } = JSON.parse(read("package.json")) as { version: string };

describe("the pack's version", () => {
  it("is the one that the examples for CI pin, and that the lock file has", () => {
    for (const file of ["github.yml", "gitlab.yml"]) {
      expect(read("docs", "ci", file), file).to.include(`PACK_VERSION: v${version}\n`);
    }
    const lock = JSON.parse(read("package-lock.json")) as { version: string };
    expect(lock.version).to.equal(version);
  });

  it("has an entry in the changelog, the newest one", () => {
    expect(/^## (\S+)/m.exec(read("CHANGELOG.md"))?.[1]).to.equal(version);
  });

  it("changes with the policies, their levels, settings and defaults", () => {
    const recorded = JSON.parse(read("docs", "offered.json")) as { version: string; policies: unknown };
    const rule = "docs/ci.md describes which number to raise; then run npm run record-version";
    if (recorded.version === version) expect(offered(), rule).to.deep.equal(recorded.policies);
    else expect.fail(`docs/offered.json records ${recorded.version}, and the version is ${version}: ${rule}`);
  });
});
