import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";

const repository = join(__dirname, "..", "..");

/** The rows of the page's table, each as its cells. */
function rows(): string[][] {
  return readFileSync(join(repository, "docs", "reliability.md"), "utf8")
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .slice(2)
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

/** The titles of all tests and groups of tests. */
function titles(): Set<string> {
  const files = globSync("tests/{checks,cli,sandbox,toolchain}/**/*.{test,exhaustive,sandbox,demand}.ts", {
    cwd: repository,
  });
  const text = files.map((file) => readFileSync(join(repository, file), "utf8")).join("\n");
  return new Set(
    [...text.matchAll(/\b(?:it|describe)\("((?:[^"\\]|\\.)*)"/g)].map(([, title = ""]) => title),
  );
}

describe("docs/reliability.md", () => {
  it("names a test for each fault, and no test twice", () => {
    const named = rows().map((cells) => cells[4] ?? "");
    expect(named).to.have.length.greaterThan(9);
    expect(named.filter((title) => !titles().has(title))).to.deep.equal([]);
    expect(new Set(named).size).to.equal(named.length);
  });

  it("says of each fault when it happens, what is seen and what follows", () => {
    expect(rows().filter((cells) => cells.length !== 5 || cells.includes(""))).to.deep.equal([]);
  });

  it("has a row for each test that causes a fault on the sandbox", () => {
    const files = [
      "faults.sandbox.ts",
      "largeUpdate.sandbox.ts",
      "lostFiles.demand.ts",
      "outages.demand.ts",
      "otherTools.demand.ts",
      "repairBackend.demand.ts",
    ];
    const text = files.map((file) => readFileSync(join(repository, "tests", "cli", file), "utf8")).join("\n");
    const caused = [...text.matchAll(/\bit\("((?:[^"\\]|\\.)*)"/g)].map(([, title = ""]) => title);
    const named = rows().map((cells) => cells[4]);
    expect(caused.filter((title) => !named.includes(title))).to.deep.equal([]);
  });
});
