import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, matchesGlob, relative } from "node:path";
import { expect } from "chai";
import ts from "typescript";
import { parse } from "yaml";
import { table } from "../../deployments/stacks";

const repository = join(__dirname, "..", "..");
const stacks = Object.entries(table.stacks);

/** Settings of a stack, as its file has them. */
function settingsOf(name: string): Record<string, unknown> {
  const text = readFileSync(join(repository, `Pulumi.${name}.yaml`), "utf8");
  return (parse(text) as { config: Record<string, unknown> }).config;
}

/** Every file of this repository that a module imports, directly or not, itself included. */
function importsOf(entry: string, seen = new Set<string>()): Set<string> {
  if (seen.has(entry)) return seen;
  seen.add(entry);
  for (const { fileName } of ts.preProcessFile(readFileSync(entry, "utf8")).importedFiles) {
    if (!fileName.startsWith(".")) continue;
    const base = join(entry, "..", fileName);
    const found = [base, `${base}.ts`, join(base, "index.ts")].find(
      (file) => /\.\w+$/.test(file) && existsSync(file),
    );
    if (found !== undefined) importsOf(found, seen);
  }
  return seen;
}

describe("deployments/stacks", () => {
  it("has a dev and a prod stack of every platform", () => {
    const platforms = readdirSync(join(repository, "platforms"), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
    expect(platforms).to.have.length(5);
    const deployed = stacks
      .filter(([, { review }]) => review === undefined)
      .map(([name]) => settingsOf(name))
      .map((config) => [config["meshwright:platform"], config["meshwright:environment"]].join(" "));
    expect(deployed).to.have.members(platforms.flatMap((name) => [`${name} dev`, `${name} prod`]));
  });

  it("judges each stack by the preset of its environment, and deploys it from that environment's branch", () => {
    for (const [name, { branch, policy }] of stacks) {
      const environment = settingsOf(name)["meshwright:environment"];
      expect(policy.preset).to.equal(environment);
      expect(branch).to.equal(environment === "prod" ? "production" : "main");
    }
  });

  it("names the project, and files that there are", () => {
    const { name } = parse(readFileSync(join(repository, "Pulumi.yaml"), "utf8")) as { name: string };
    expect(table.project).to.equal(name);
    const files = execFileSync("git", ["ls-files"], { cwd: repository, encoding: "utf8" }).split("\n");
    for (const [stack, { paths, policy }] of stacks) {
      for (const path of paths) {
        expect(
          files.some((file) => matchesGlob(file, path)),
          `${stack}: ${path}`,
        ).to.equal(true);
      }
      if (policy.settings !== undefined) expect(files).to.include(policy.settings);
    }
  });

  it("deploys a stack when any file changes that its program is made from", () => {
    const { main } = parse(readFileSync(join(repository, "Pulumi.yaml"), "utf8")) as { main: string };
    const files = [...importsOf(join(repository, main))].map((file) => relative(repository, file));
    expect(files).to.include.members(["mesh/renderMesh.ts", "platforms/alfred/catalog.ts"]);
    for (const [name, { paths }] of stacks) {
      const platform = String(settingsOf(name)["meshwright:platform"]);
      const missed = files
        .filter((file) => !/^platforms\/\w+\//.test(file) || file.startsWith(`platforms/${platform}/`))
        .filter((file) => !paths.some((path) => matchesGlob(file, path)));
      expect(missed, name).to.deep.equal([]);
    }
  });

  it("has a cluster for each stack, since each installs a control plane", () => {
    const clusters = stacks.map(([, { cloud }]) => `${cloud.provider} ${cloud.cluster}`);
    expect(new Set(clusters).size).to.equal(stacks.length);
  });
});
