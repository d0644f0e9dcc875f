import { existsSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { catalogOf } from "../program/catalogOf";
import type { Settings } from "../program/settings";
import { UserError } from "../errors/userError";
import { readCatalog } from "./catalogFile";
import { localSettings, localStackFiles } from "./localStack";
import { loadProject, type Project, stackSettings } from "./project";

/** The catalog that a command works on: that of a platform with a stack's settings, or a file. */
export interface Subject {
  /** The platform's name, or the file's path as given. */
  readonly name: string;
  readonly catalog: unknown;
  /** The platform's settings. Absent for a file, which has none. */
  readonly settings?: Settings;
  /** The project that has the platform. Absent for a file. */
  readonly project?: Project;
}

/** The argument that {@link loadSubject} takes, as help describes it. */
export const subjectArgument =
  "platform of the Pulumi project in this folder, path of a .ts, .js, .json or .yaml file, or - for standard input (default: the stack's platform)";

/** The option `--stack`, as help describes it. */
export const stackOption =
  "stack whose Pulumi.<name>.yaml configures the platform (default: none, the platform's defaults)";

/**
 * Finds the catalog that `argument` means.
 *
 * @param argument name of a platform of the project in the current folder, or path of a `.ts`, `.js`, `.json` or `.yaml`
 *   file. Default: the platform that the stack's configuration names, or the project's only one.
 * @param stack stack whose `Pulumi.<stack>.yaml` in the current folder configures the platform. Default: none, the
 *   platform's own defaults.
 * @param sandbox folder of the sandbox to which `meshwright up` has deployed the stack, whose addresses configure the
 *   platform as well. Default: none.
 * @throws {UserError} if it means neither, or the file can't be read.
 */
export async function loadSubject(
  argument: string | undefined,
  stack: string | undefined,
  sandbox?: string,
): Promise<Subject> {
  if (argument !== undefined && isFile(argument)) {
    if (stack !== undefined) {
      throw new UserError({
        problem: `--stack ${stack} does not apply to the file ${argument}: a stack configures a platform.`,
        fix: "Leave --stack out, or name a platform.",
        exitCode: 2,
      });
    }
    return { name: argument, catalog: await readCatalog(argument === "-" ? argument : resolve(argument)) };
  }
  const project = await loadProject();
  const names = project?.platforms.map(({ name }) => name) ?? [];
  if (project === undefined && argument === undefined) {
    throw new UserError({
      problem: `There is no Pulumi project in ${process.cwd()}: Pulumi.yaml is missing.`,
      fix: "Name the path of a catalog, or run the command in the folder of a project.",
      exitCode: 2,
    });
  }
  if (project === undefined || (argument !== undefined && !names.includes(argument))) {
    throw new UserError({
      problem:
        argument !== undefined && existsSync(argument)
          ? `${argument} is a folder.`
          : `"${argument ?? ""}" is neither a platform nor a file.`,
      fix:
        names.length > 0
          ? `Name a platform (${names.join(", ")}) or the path of a catalog.`
          : "Name the path of a catalog. Platforms are found in the folder of their Pulumi project.",
    });
  }
  const settings =
    sandbox !== undefined && existsSync(localStackFiles(sandbox).configFile)
      ? localSettings(project, argument, sandbox)
      : stackSettings(project, argument, stack);
  return { name: settings.platform.name, catalog: catalogOf(settings), settings, project };
}

/** The file that findings of a catalog are about. For a platform: its catalog, or the program if the catalog is not found. */
export function catalogFileOf({ name, project }: Pick<Subject, "name" | "project">): string {
  if (project === undefined) return name;
  const beside = dirname(project.main);
  const candidates = [
    join("platforms", name, "catalog.ts"),
    join(beside, name, "catalog.ts"),
    join(beside, "catalog.ts"),
  ];
  return candidates.find((path) => existsSync(path)) ?? project.main;
}

function isFile(path: string): boolean {
  return path === "-" || (existsSync(path) && !statSync(path).isDirectory());
}
