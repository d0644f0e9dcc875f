import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { pages } from "../../docs/generate";

const docs = join(__dirname, "..", "..", "docs");

describe("docs/generate", function () {
  this.timeout(300_000);
  it("has written what the code says now; otherwise: npm run docs", () => {
    const written = pages();
    const present = readdirSync(join(docs, "checks")).map((name) => join("checks", name));
    expect(present).to.have.members(
      [...written.keys()].filter((path) => path.startsWith(join("checks", ""))),
    );
    for (const [path, content] of written)
      expect(readFileSync(join(docs, path), "utf8"), path).to.equal(content);
  });
});
