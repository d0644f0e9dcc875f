import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { expect } from "chai";
import { newProjectTable } from "../../cli/deploymentFiles";
import { deploymentTemplate } from "../../cli/deploymentTemplate";
import { anchorsOf, blocksOf, linksOf } from "./markdown";

const root = join(__dirname, "..", "..");
const page = readFileSync(join(root, "docs", "deployments.md"), "utf8");
const scriptsOf = (...path: string[]) =>
  Object.keys((JSON.parse(readFileSync(join(root, ...path), "utf8")) as { scripts: object }).scripts);

describe("docs/deployments.md", () => {
  it("has links that lead somewhere, and is led to by the guide", () => {
    for (const link of linksOf(page)) {
      const [file = "", anchor] = link.split("#");
      const target = file === "" ? join(root, "docs", "deployments.md") : join(root, "docs", file);
      expect(existsSync(target), link).to.equal(true);
      if (anchor !== undefined) expect(anchorsOf(readFileSync(target, "utf8")), link).to.include(anchor);
    }
    const guide = readFileSync(join(root, "docs", "guide", "README.md"), "utf8");
    expect(linksOf(guide)).to.include("../deployments.md");
  });

  it("shows a stack as init writes it", () => {
    const [block] = blocksOf(page).filter(({ language }) => language === "ts");
    const shown = JSON.stringify(runInNewContext(`({ ${block?.text ?? ""} })`));
    const { prod } = newProjectTable({
      project: "shop",
      policyPack: "policy-pack",
      policySettings: "policy.settings.json",
    }).stacks;
    expect(JSON.parse(shown)).to.deep.equal({ prod });
  });

  it("names scripts and targets that there are", () => {
    const scripts = [...scriptsOf("package.json"), ...scriptsOf("deployments", "package.json")];
    const named = [...page.matchAll(/npm run ([\w:-]+)/g)].map(([, script]) => script);
    expect(named).to.have.members(["pipelines", "test:deployment-schema"]);
    expect(scripts).to.include.members(named);
    const targets = [...page.matchAll(/`make ([\w-]+)`/g)].map(([, target]) => target ?? "");
    expect(new Set(targets)).to.deep.equal(new Set(["test", "pre-run-commands"]));
    const makefile = readFileSync(join(root, "Makefile"), "utf8");
    for (const target of targets) expect(makefile).to.match(new RegExp(`^${target}:`, "m"));
  });

  it("shows the commands that run", () => {
    const commands = deploymentTemplate()["commands.ts"];
    for (const command of ["fnm install 22 && fnm alias 22 default", "npm ci", "check-configuration"]) {
      expect(page).to.include(command);
      expect(commands).to.include(command);
    }
  });
});
