import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import type { Command } from "commander";
import { stringify } from "yaml";
import { checkMesh } from "../checks";
import { istioObjects } from "../components";
import { type MeshObject, renderMesh } from "../mesh";
import { planOf, releasesOf } from "../stacks/plan";
import { UserError } from "../toolchain/userError";
import { loadSubject, type Subject } from "./catalog";
import { print } from "./output";

/** `meshwright render`: the objects as YAML, for GitOps. */
export function renderCommand(program: Command): void {
  program
    .command("render")
    .description(
      "write a catalog's objects as YAML, sorted and stable; for a platform its Helm releases as well",
    )
    .argument("<catalog>", "platform, or path of a .ts, .js, .json or .yaml file")
    .option("--stack <name>", "stack whose Pulumi.<name>.yaml sets the platform up")
    .option(
      "--out <dir>",
      "write one file per object into this folder, and remove what an earlier run left there",
    )
    .action(async (argument: string, { stack, out }: { stack?: string; out?: string }) => {
      const files = renderFiles(await loadSubject(argument, stack));
      if (out === undefined) {
        print(
          [...files.values()]
            .map((content) => toYaml(content))
            .join("---\n")
            .trimEnd(),
        );
        return;
      }
      const folder = resolve(out);
      writeFolder(folder, files);
      print(`${files.size} files written to ${folder}`);
    });
}

/** What is written where: relative path → content. */
function renderFiles({ name, catalog, settings }: Subject): Map<string, unknown> {
  const { findings, mesh } = checkMesh(catalog);
  if (mesh === undefined) {
    const errors = findings.filter(({ severity }) => severity === "error");
    throw new UserError({
      problem: `${name} has ${errors.length} ${errors.length === 1 ? "error" : "errors"}; nothing was written.`,
      details: errors.map(({ code, path, message }) => `${code} ${path}: ${message}`).join("\n"),
      cure: `Mend them: meshwright check ${name}`,
    });
  }
  const files = new Map<string, unknown>();
  if (settings !== undefined) {
    const plan = planOf(settings);
    for (const { name: release, ...rest } of releasesOf(plan)) {
      files.set(join("releases", `${release}.yaml`), { release, ...rest });
    }
    const { addOns = [], watching = [] } = plan.observability?.plan ?? {};
    for (const object of [...istioObjects(plan.controlPlane), ...addOns, ...watching])
      files.set(pathOf(object), object);
  }
  for (const object of renderMesh(mesh)) files.set(pathOf(object), object);
  return files;
}

function pathOf({ kind, metadata: { name, namespace } }: MeshObject): string {
  return join(namespace ?? "cluster", `${kind.toLowerCase()}-${name}.yaml`);
}

// The first line of every file, by which a later run knows its own.
const mark = "# Rendered by meshwright; change the catalog instead.\n";

/** All or nothing: a file of somebody else is found before anything is written. */
function writeFolder(folder: string, files: ReadonlyMap<string, unknown>): void {
  mkdirSync(folder, { recursive: true });
  const present = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  const isOurs = (path: string): boolean => readFileSync(join(folder, path), "utf8").startsWith(mark);
  const foreign = present.filter((path) => files.has(path) && !isOurs(path));
  if (foreign.length > 0) {
    throw new UserError({
      problem: `${folder} has files of the same name that meshwright did not write: ${foreign.join(", ")}. Nothing was written.`,
      cure: "Move them away, or choose another folder.",
    });
  }
  for (const path of present) {
    if (path.endsWith(".yaml") && !files.has(path) && isOurs(path)) rmSync(join(folder, path));
  }
  for (const [path, content] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), mark + toYaml(content));
  }
}

function toYaml(content: unknown): string {
  return stringify(content, { aliasDuplicateObjects: false, lineWidth: 0 });
}
