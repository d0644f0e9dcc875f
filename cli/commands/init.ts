import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import { compare } from "../../catalog";
import { packageRoot } from "../../toolchain/packageRoot";
import { UserError } from "../../errors/userError";
import { deploymentFiles, newProjectTable } from "../deploymentFiles";
import { deploymentTemplate } from "../deploymentTemplate";
import { print } from "../output";
import { readSettingsFile } from "../settingsFile";
import { makeFolder } from "../../toolchain/makeFolder";

/** `meshwright init`: writes a new project. */
export function initCommand(command: Command): void {
  command
    .argument("[folder]", "folder of the project; it may contain the files of `npm install`", ".")
    .option("--name <name>", "name of the project, its platform and namespace (default: the folder's)")
    .action((argument: string, { name }: { name?: string }) => {
      const folder = resolve(argument);
      const project = projectName(name ?? basename(folder), name !== undefined);
      const files = projectFiles(project, folder);
      writeProject(folder, files);
      const where = relative(process.cwd(), folder);
      print(
        [
          `${Object.keys(files).length} files written to ${folder}. Next:`,
          ...(where === "" ? [] : [`  cd ${where}`]),
          "  npm install",
          "  npx meshwright check --stack prod",
          "  npx meshwright up",
        ].join("\n"),
      );
    });
}

/** The name that the template's files have, replaced by the project's. */
const placeholder = "my-mesh";

/** A DNS label, as it is a namespace, and short enough for `<name>-deployments`. */
const namePattern = /^[a-z]([a-z0-9-]{0,48}[a-z0-9])?$/;

function projectName(name: string, given: boolean): string {
  if (namePattern.test(name)) return name;
  throw new UserError({
    problem: `"${name}" can't be a project's name, because it is not a valid name of a namespace.`,
    fix: `Give ${given ? "another" : "one"} of at most 50 lower case letters, digits and dashes: meshwright init --name <name>`,
    exitCode: 2,
  });
}

const packages = z.record(z.string(), z.string()).optional();
const packageFile = z.looseObject({ dependencies: packages, devDependencies: packages });
type Package = z.infer<typeof packageFile>;

/** Files that may exist before the project, such as those of `npm install`. */
const ignored = new Set([".git", ".npmrc", "node_modules", "package-lock.json"]);

/** Texts of a project's files, keyed by path. */
function projectFiles(project: string, folder: string): Record<string, string> {
  const template = join(packageRoot(), "templates", "project");
  const own = Object.fromEntries(
    readdirSync(template).map((name) => {
      const text = readFileSync(join(template, name), "utf8").replaceAll(placeholder, project);
      // npm leaves .gitignore out of packages.
      return [name === "gitignore" ? ".gitignore" : name, text];
    }),
  );
  const table = newProjectTable({
    project,
    policyPack: "node_modules/@meshwright/policy-pack",
    policySettings: "policy.settings.json",
  });
  return {
    ...own,
    "package.json": withInstalled(own["package.json"] ?? "{}", folder),
    ...deploymentFiles(table, deploymentTemplate()),
  };
}

/** Keeps the packages that are installed already, such as this one from a tarball. */
function withInstalled(text: string, folder: string): string {
  const wanted = JSON.parse(text) as Package;
  const { dependencies = {}, devDependencies = {} } = installedPackages(folder);
  const installed = { ...dependencies, ...devDependencies };
  const sorted = (packages: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(packages).sort(([a], [b]) => compare(a, b)));
  const missing = (packages: Package["dependencies"] = {}): Record<string, string> =>
    Object.fromEntries(Object.entries(packages).filter(([name]) => installed[name] === undefined));
  return `${JSON.stringify(
    {
      ...wanted,
      dependencies: sorted({ ...missing(wanted.dependencies), ...dependencies }),
      devDependencies: sorted({ ...missing(wanted.devDependencies), ...devDependencies }),
    },
    null,
    2,
  )}\n`;
}

/** A package.json that has nothing but dependencies, as `npm install` makes it in an empty folder. */
function installedPackages(folder: string): Package {
  const path = join(folder, "package.json");
  return existsSync(path) ? readSettingsFile(path, packageFile) : {};
}

/** Writes all files or none: existing files are found before any is written. */
function writeProject(folder: string, files: Readonly<Record<string, string>>): void {
  if (existsSync(folder) && !statSync(folder).isDirectory()) {
    throw new UserError({ problem: `${folder} is a file, not a folder.`, fix: "Name a folder." });
  }
  const present = existsSync(folder) ? readdirSync(folder).filter((name) => !ignored.has(name)) : [];
  const bare = Object.keys(installedPackages(folder)).every((key) => /^(devD|d)ependencies$/.test(key));
  const foreign = present.filter((name) => name !== "package.json" || !bare);
  if (foreign.length > 0) {
    throw new UserError({
      problem: `${folder} is not empty: it has ${foreign.join(", ")}. Nothing was written.`,
      fix: "Name an empty or a new folder: meshwright init <folder>",
    });
  }
  const written: string[] = [];
  try {
    for (const [path, text] of Object.entries(files)) {
      const target = join(folder, path);
      makeFolder(dirname(target));
      if (path !== "package.json") written.push(target);
      writeFileSync(target, text);
    }
  } catch (error) {
    for (const path of written) rmSync(path, { force: true });
    if (error instanceof UserError) throw error;
    throw new UserError({
      problem: `${folder} can't be written: ${error instanceof Error ? error.message : String(error)}`,
      fix: "Check the folder's permissions and the free space.",
      cause: error,
    });
  }
}
