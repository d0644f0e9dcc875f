import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { rules, topics } from "../../checks";
import { checkMesh } from "../../mesh";
import { faultsOfFinding } from "./wholeText";

const pages = path.join(__dirname, "../../docs/checks");

describe("rules", () => {
  for (const { code, title, severity, examples } of rules) {
    it(`${code}: ${title}`, () => {
      const { findings, mesh } = checkMesh(examples.wrong);
      expect(findings.map((one) => [one.code, one.severity])).to.deep.equal([[code, severity]]);
      expect(findings.flatMap((one) => faultsOfFinding(one, examples.wrong))).to.deep.equal([]);
      expect(mesh === undefined).to.equal(severity === "error");
      const reports = findings.map(
        ({ path: at, message, fix }) => `${severity} ${code} ${at}\n  ${message}\n  fix: ${fix}\n`,
      );
      expect(readFileSync(path.join(pages, `${code}.md`), "utf8"), "its page").to.include(
        `\`\`\`text\n${reports.join("")}\`\`\`\n`,
      );
      expect(checkMesh(examples.right).findings).to.deep.equal([]);
    });
  }

  it("have a code of their own, and are listed in its order", () => {
    const codes = rules.map(({ code }) => code);
    expect(codes).to.deep.equal([...new Set(codes)].sort());
    for (const { title, rules: own } of topics) {
      const listed = own.map(({ code }) => code);
      expect(listed, title).to.deep.equal(listed.toSorted());
    }
  });

  it("are explained in whole sentences of at most 25 words", () => {
    const faults = rules.flatMap(({ code, why, ...rule }) =>
      [...why, ...("suppress" in rule && rule.suppress !== undefined ? [rule.suppress] : [])]
        .filter((sentence) => !sentence.endsWith(".") || sentence.split(" ").length > 25)
        .map((sentence) => `${code}: ${sentence}`),
    );
    expect(faults).to.deep.equal([]);
    expect(rules.filter(({ why }) => why.length < 2 || why.length > 3).map(({ code }) => code)).to.deep.equal(
      [],
    );
  });

  it("are all registered: each file declares one", () => {
    const folder = path.join(__dirname, "../../checks/rules");
    const shared = ["example.ts", "timed.ts"];
    const files = readdirSync(folder).filter((file) => !shared.includes(file));
    const inFiles = rules.filter(({ stage }) => ["definition", "mesh", "objects"].includes(stage));
    expect(files).to.have.lengthOf(inFiles.length);
  });
});
