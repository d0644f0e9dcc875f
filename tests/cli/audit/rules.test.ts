import { expect } from "chai";
import { rules } from "../../../checks";
import { auditRules } from "../../../cli/audit/rules";
import { audited, codesOf } from "./audited";

describe("cli/audit: the rules", () => {
  for (const { code, title, examples } of auditRules) {
    it(`find ${title} (${code}), and nothing in the right example`, () => {
      const wrong = audited(examples.wrong);
      expect(codesOf(wrong), "wrong").to.include(code);
      const right = audited(examples.right);
      expect(codesOf(right), JSON.stringify(right.findings, null, 1)).to.not.include(code);
    });
  }

  it("have codes of their own, and texts", () => {
    const codes = auditRules.map(({ code }) => code);
    expect(new Set(codes).size).to.equal(codes.length);
    const others = rules.map(({ code }) => code as string);
    for (const { code, why, see, title, severity, ignore } of auditRules) {
      expect(others).to.not.include(code);
      expect(why).to.not.be.empty;
      for (const sentence of [...why, ...(ignore === undefined ? [] : [ignore])])
        expect(sentence).to.match(/\.$/);
      expect(see.url).to.match(/^https:\/\//);
      expect(title).to.match(/^[a-z]/);
      expect(severity).to.be.oneOf(["error", "warning", "info"]);
    }
  });
});
