import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";

const root = join(__dirname, "..", "..");
const pages = execFileSync("git", ["ls-files", "*.md"], { cwd: root, encoding: "utf8" })
  .split("\n")
  .filter((page) => page !== "" && !page.endsWith("CHANGELOG.md"));

/** Whether npx would take the command from a registry, for all that a page says before it. */
function isBeforeInstall(page: string): boolean {
  const at = page.indexOf("npx meshwright");
  return at >= 0 && !/\b(npm|make) install\b|README\.md#install\)/.test(page.slice(0, at));
}

describe("the pages that say `npx meshwright`", () => {
  it("say before it where Meshwright is installed", () => {
    const texts = new Map(pages.map((page) => [page, readFileSync(join(root, page), "utf8")]));
    expect([...texts].filter(([, text]) => text.includes("npx meshwright"))).to.have.length.greaterThan(5);
    expect(pages.filter((page) => isBeforeInstall(texts.get(page) ?? ""))).to.deep.equal([]);
  });

  it("are found if they do not", () => {
    expect(isBeforeInstall("npx meshwright init\nnpm install\n")).to.equal(true);
    expect(isBeforeInstall("[installed](../README.md#install)\nnpx meshwright check\n")).to.equal(false);
  });
});
