import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import type { Command } from "commander";
import { toYaml } from "../../mesh/toYaml";
import { releasesOf } from "../../program/plan";
import { howToMake, secretsOf } from "../../program/secrets";
import { UserError } from "../../errors/userError";
import { loadSubject, stackOption, subjectArgument } from "../subject";
import { type Planned, planned } from "../planned";
import { print, remark } from "../output";
import { renderedMark, renderedPath, renderedText } from "../renderedFile";
import { makeFolder } from "../../toolchain/makeFolder";

/** `meshwright render`: the objects as YAML, for GitOps. */
export function renderCommand(command: Command): void {
  command
    .argument("[catalog]", subjectArgument)
    .option("--stack <name>", stackOption)
    .option(
      "--out <dir>",
      "write one file per object into this folder, and remove what an earlier run left there",
    )
    .action(async (argument: string | undefined, { stack, out }: { stack?: string; out?: string }) => {
      const all = planned(await loadSubject(argument, stack));
      const files = renderFiles(all);
      if (out === undefined) {
        print(
          [...files.values()]
            .map((content) => toYaml(content))
            .join("---\n")
            .trimEnd(),
        );
      } else {
        const folder = resolve(out);
        writeFolder(folder, files);
        print(`${files.size} files written to ${folder}`);
      }
      for (const warning of all.warnings) remark(warning);
      tellOfSecrets(all);
    });
}

/** Lists the Secrets: no file has them, and pods that name them do not start without them. */
function tellOfSecrets({ plan }: Planned): void {
  const secrets = plan === undefined ? [] : secretsOf(plan);
  if (secrets.length === 0) return;
  remark("Secrets are not written. Create these as soon as their namespaces exist:");
  for (const secret of secrets) {
    remark(`  ${secret.namespace}/${secret.name} (${secret.keys.join(", ")}), ${secret.purpose}`);
    remark(`    ${howToMake(secret)}`);
  }
}

/** The contents of the files, keyed by relative path. */
function renderFiles({ declared, plan }: Planned): Map<string, unknown> {
  const files = new Map<string, unknown>();
  for (const { name: release, ...rest } of plan === undefined ? [] : releasesOf(plan)) {
    files.set(join("releases", `${release}.yaml`), { release, ...rest });
  }
  for (const object of declared.flatMap(({ objects }) => objects)) files.set(renderedPath(object), object);
  return files;
}

/** Writes all files or none: a file that `render` did not write is found before any is written. */
function writeFolder(folder: string, files: ReadonlyMap<string, unknown>): void {
  if (existsSync(folder) && !statSync(folder).isDirectory()) {
    throw new UserError({
      problem: `${folder} is a file, not a folder. Nothing was written.`,
      fix: "Name a folder.",
    });
  }
  makeFolder(folder);
  const present = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  const isOurs = (path: string): boolean => readFileSync(join(folder, path), "utf8").startsWith(renderedMark);
  const foreign = present.filter((path) => files.has(path) && !isOurs(path));
  if (foreign.length > 0) {
    throw new UserError({
      problem: `${folder} has files of the same name that meshwright did not write: ${foreign.join(", ")}. Nothing was written.`,
      fix: "Move them away, or choose another folder.",
    });
  }
  for (const path of present) {
    if (path.endsWith(".yaml") && !files.has(path) && isOurs(path)) rmSync(join(folder, path));
  }
  for (const [path, content] of files) {
    makeFolder(dirname(join(folder, path)));
    writeFileSync(join(folder, path), renderedText(content));
  }
}
