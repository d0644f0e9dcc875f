import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { expect } from "chai";
import ts from "typescript";
import { parse } from "yaml";
import { deploymentFiles, newProjectTable, templateFiles } from "../../cli/deploymentFiles";
import { deploymentTemplate } from "../../cli/deploymentTemplate";
import { githubWorkflow, gitlabPipeline } from "../../deployments/pipelines";
import type { DeploymentTable } from "../../deployments/table";

const repository = join(__dirname, "..", "..");
const template = deploymentTemplate();
const table = newProjectTable({
  project: "shop",
  policyPack: "node_modules/@meshwright/policy-pack",
  policySettings: "policy.settings.json",
});

/** The table that a written module exports. */
function tableIn(text: string | undefined): DeploymentTable {
  const { outputText } = ts.transpileModule(text ?? "", {
    compilerOptions: { module: ts.ModuleKind.CommonJS },
  });
  const exports: { table?: DeploymentTable } = {};
  runInNewContext(outputText, { exports });
  if (exports.table === undefined) throw new Error("no table");
  return JSON.parse(JSON.stringify(exports.table)) as DeploymentTable;
}

describe("deploymentFiles", () => {
  it("takes every file of the program but its table, its pipelines and its tests", () => {
    const files = readdirSync(join(repository, "deployments"), { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => name);
    expect(files).to.have.members([...templateFiles, "stacks.ts"]);
  });

  it("is in the package that npm makes", () => {
    const { files } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8")) as {
      files: string[];
    };
    const packed = templateFiles.map((file) => (file.endsWith(".ts") ? "*.ts" : file));
    expect(files).to.include.members(packed.map((file) => `deployments/${file}`));
  });

  it("writes a program with the project's name and table, and the pipelines where their hosts look", () => {
    const files = deploymentFiles(table, template);
    expect(Object.keys(files)).to.have.members([
      ...templateFiles.map((file) => `deployments/${file}`),
      "deployments/stacks.ts",
      ".github/workflows/mesh.yml",
      ".gitlab-ci.yml",
    ]);
    expect(tableIn(files["deployments/stacks.ts"])).to.deep.equal(table);
    expect(files[".github/workflows/mesh.yml"]).to.equal(githubWorkflow(table));
    expect(files[".gitlab-ci.yml"]).to.equal(gitlabPipeline(table));
    expect(parse(files["deployments/Pulumi.yaml"] ?? "")).to.include({ name: "shop-deployments" });
    expect(JSON.parse(files["deployments/package.json"] ?? "")).to.deep.include({
      name: "shop-deployments",
      scripts: {
        pipelines:
          "ts-node --transpile-only writePipelines.ts ../.github/workflows/mesh.yml ../.gitlab-ci.yml",
      },
    });
    expect(JSON.parse(files["deployments/package-lock.json"] ?? "")).to.have.property(
      "name",
      "shop-deployments",
    );
    for (const file of ["index.ts", "settings.ts", "commands.ts", "pipelines.ts", "table.ts"] as const) {
      expect(files[`deployments/${file}`]).to.equal(template[file]);
    }
  });

  it("writes a project in a folder of its repository there, and its pipelines into the repository", () => {
    const inFolder = newProjectTable({ project: "shop", policyPack: "policy-pack", folder: "infra/mesh" });
    const files = deploymentFiles(inFolder, template);
    expect(tableIn(files["infra/mesh/deployments/stacks.ts"])).to.deep.equal(inFolder);
    expect(files["infra/mesh/deployments/package.json"]).to.include(
      "writePipelines.ts ../../../.github/workflows/mesh.yml ../../../.gitlab-ci.yml",
    );
    expect(Object.keys(files)).to.include.members([".github/workflows/mesh.yml", ".gitlab-ci.yml"]);
    expect(inFolder.stacks.dev?.paths).to.deep.equal(["infra/mesh/**"]);
    expect(inFolder.stacks.dev?.policy).to.deep.equal({ preset: "dev" });
  });
});
