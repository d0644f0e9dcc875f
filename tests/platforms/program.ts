import { copyFileSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const repository = join(__dirname, "..", "..");

/**
 * A Pulumi project with the real program, whose catalog `change` (a function body over `catalog`) has touched: what a
 * team's edit of its catalog does to a stack that is up. Same project name, so it takes over the same stack.
 */
export function editedProject(change: string): string {
  const folder = mkdtempSync(join(tmpdir(), "project-"));
  mkdirSync(join(folder, "program"));
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
  copyFileSync(join(repository, "Pulumi.local.yaml"), join(folder, "Pulumi.local.yaml"));
  writeFileSync(join(folder, "Pulumi.yaml"), "name: meshwright\nruntime: nodejs\nmain: program/index.js\n");
  // As in stacks/: Pulumi's ts-node compiles with swc then.
  const tsconfig = { extends: join(repository, "tsconfig.json") };
  writeFileSync(join(folder, "program", "tsconfig.json"), JSON.stringify(tsconfig));
  writeFileSync(
    join(folder, "program", "index.js"),
    `process.chdir(${JSON.stringify(repository)});
const { platforms } = require(${JSON.stringify(join(repository, "platforms"))});
const original = platforms.alfred.catalog;
platforms.alfred.catalog = (...args) => {
  // Parts of the catalog that are one constant in its source become separate, so that only what is named changes.
  const catalog = JSON.parse(JSON.stringify(original(...args)));
  ${change}
  return catalog;
};
module.exports = require(${JSON.stringify(join(repository, "stacks", "index"))});
`,
  );
  return folder;
}
