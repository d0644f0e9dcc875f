import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { expect } from "chai";
import { audit } from "../../cli/audit/audit";
import { auditText } from "../../cli/audit/report";
import { policySettings } from "../../cli/audit/settings";
import { sourcesOf } from "../../cli/audit/sources";
import { readText } from "../../cli/manifests";
import { blocksOf } from "./markdown";

const page = readFileSync(join(__dirname, "..", "..", "docs", "audit.md"), "utf8");

describe("docs/audit", () => {
  it("shows what the command prints of its example", () => {
    const [yaml, text] = ["yaml", "text"].map(
      (wanted) => blocksOf(page).find(({ language }) => language === wanted)?.text ?? "",
    );
    const read = readText(yaml ?? "", "shop.yaml");
    const result = audit(sourcesOf(read, "default"), { settings: policySettings("prod"), complete: false });
    expect(text?.trimEnd()).to.equal(
      `$ npx meshwright audit shop.yaml\n${stripVTControlCharacters(auditText(result))}`,
    );
  });
});
