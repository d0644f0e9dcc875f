import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";

const root = join(__dirname, "..", "..");
const textOf = (path: string): string => readFileSync(join(root, path), "utf8");

/** A text on one line, without the stars of a comment. */
const inline = (text: string): string => text.replaceAll(/\n\s*(\*|\/\/)? ?/g, " ").replaceAll(/\s+/g, " ");

const rows = textOf("docs/language.md")
  .split("\n")
  .filter((line) => line.startsWith("| `"))
  .map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll("\\|", "|")),
  );

describe("docs/language.md", () => {
  it("has ten texts that are in their files", () => {
    expect(rows).to.have.lengthOf(10);
    for (const [file = "", before = "", after = ""] of rows) {
      const path = file.replaceAll("`", "");
      expect(existsSync(join(root, path)), path).to.equal(true);
      expect(inline(textOf(path)), path).to.include(after);
      expect(inline(textOf(path)), path).to.not.include(before);
    }
  });
});
