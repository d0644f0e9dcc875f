import { expect } from "chai";
import { concernsOf } from "../../observability/rules";
import type { AlertingRule } from "../../observability/rules/rule";
import { shop } from "../observability/cases/case";
import { meshOf } from "../stacks/rendered";
import { commandsIn, runbooks } from "./runbooks";

const alerts = new Map(
  concernsOf(meshOf(shop))
    .flatMap(({ rules }) => rules)
    .filter((rule): rule is AlertingRule => "alert" in rule)
    .map(({ alert, severity }) => [alert, severity]),
);

describe("runbooks", () => {
  it("are one for each alert, and each is one's", () => {
    expect([...runbooks.keys()]).to.have.members(["README", ...alerts.keys()]);
  });

  it("say what an alert means, three commands, causes and the cure", () => {
    for (const alert of alerts.keys()) {
      const page = runbooks.get(alert) ?? "";
      const headings = [...page.matchAll(/^#+ .*$/gm)].map(([line]) => line);
      expect(headings).to.deep.equal([
        `# ${alert}`,
        "## Meaning",
        "## First commands",
        "## Usual causes",
        "## Cure",
      ]);
      expect(commandsIn(page), alert).to.have.length(3);
      expect(page.match(/^- /gm)?.length, `${alert}: causes`).to.be.at.least(2);
      expect(page.match(/^\d\. /gm)?.length, `${alert}: cures`).to.be.at.least(2);
    }
  });

  it("are listed with their severity", () => {
    const rows = [...(runbooks.get("README") ?? "").matchAll(/^\| \[(\w+)\]\(\w+\.md\) +\| (\w+)/gm)];
    expect(Object.fromEntries(rows.map(([, alert, severity]) => [alert, severity]))).to.deep.equal(
      Object.fromEntries(alerts),
    );
  });

  it("link to pages that exist", () => {
    for (const [name, page] of runbooks) {
      for (const [, target = ""] of page.matchAll(/\]\((\w+)\.md\)/g)) {
        expect(runbooks.has(target), `${name} → ${target}`).to.equal(true);
      }
    }
  });
});
