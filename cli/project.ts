import { existsSync, realpathSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { z } from "zod";
import type { Program } from "../program/deploy";
import type { Platform } from "../program/platform";
import { readSettings, type Settings } from "../program/settings";
import { UserError } from "../errors/userError";
import { isProgramFile } from "./catalogFile";
import { loadModule } from "./loadModule";
import { readSettingsFile, stackFile } from "./settingsFile";

/** The Pulumi project of a folder, whose program `deploy` returned. */
export interface Project {
  readonly folder: string;
  /** Path of the program's file, relative to `folder`. */
  readonly main: string;
  readonly platforms: readonly Platform[];
}

/** The fields of Pulumi.yaml that are read here. https://www.pulumi.com/docs/iac/concepts/projects/project-file/ */
const projectFile = z.object({
  main: z.string().nullish(),
  runtime: z.union([z.string(), z.object({ name: z.string().optional() })]).nullish(),
  stackConfigDir: z.string().nullish(),
  config: z.record(z.string(), z.unknown()).nullish(),
});
type ProjectFile = z.infer<typeof projectFile>;

const packageFile = z.object({ main: z.string().nullish(), type: z.string().nullish() });

const example = "export = deploy(definePlatform({ name: …, catalog }))";

/**
 * Loads the program of the Pulumi project in `folder`, without running it.
 *
 * @returns undefined if the folder has no Pulumi.yaml.
 * @throws {UserError} if the program can't be loaded, or `deploy` did not return it.
 */
export async function loadProject(folder = process.cwd()): Promise<Project | undefined> {
  const file = readProjectFile(folder);
  if (file === undefined) return undefined;
  const runtime = typeof file.runtime === "object" ? file.runtime?.name : file.runtime;
  if (runtime !== "nodejs") {
    throw new UserError({
      problem: `The Pulumi project in ${folder} has the runtime "${runtime ?? ""}"; only programs in TypeScript or JavaScript have platforms.`,
      fix: "Name the path of a catalog instead.",
    });
  }
  const path = mainOf(folder, file);
  const main = relative(folder, path);
  let module: Record<string, unknown>;
  try {
    module = await loadModule(path);
  } catch (error) {
    throw new UserError({
      problem: `The program ${main} can't be loaded: ${error instanceof Error ? error.message : String(error)}`,
      fix: "Fix the file, or name the path of a catalog instead.",
      cause: error,
    });
  }
  return { folder, main, platforms: programOf(exportsOf(module, path), folder, main).platforms };
}

/** What a module exports. For a CommonJS module in JavaScript, an import has its `module.exports` as the default. */
function exportsOf(module: Record<string, unknown>, path: string): unknown {
  const commonJs = require.cache[realpathSync(path)]?.exports as unknown;
  return commonJs !== undefined && commonJs === module.default ? commonJs : module;
}

/** Pulumi runs the default export of an ES module, and the `module.exports` of a CommonJS module. */
function programOf(module: unknown, folder: string, main: string): Program {
  if (isProgram(module)) return module;
  const other = (module as { readonly default?: unknown } | undefined)?.default;
  if (isProgram(other)) {
    if (/\.m[tj]s$/.test(main) || packageOf(folder).type === "module") return other;
    throw new UserError({
      problem: `${main} exports its program as default, but it is a CommonJS module, of which Pulumi does not run the default export.`,
      fix: `Write "export =" instead: ${example}. Or make the package an ES module: "type": "module" in package.json`,
    });
  }
  throw new UserError({
    problem: `${main} exports no program that \`deploy\` returned, so it has no platforms.`,
    fix: `Export it: ${example}. Or name the path of a catalog.`,
  });
}

function isProgram(value: unknown): value is Program {
  return typeof value === "function" && Array.isArray((value as Partial<Program>).platforms);
}

/** The file that Pulumi runs: `main` of Pulumi.yaml, `main` of package.json, or the folder's index. */
function mainOf(folder: string, { main }: ProjectFile): string {
  const named = resolve(folder, main ?? packageOf(folder).main ?? ".");
  const candidates = [named, `${named}.ts`, `${named}.js`].concat(
    ["index.ts", "index.js", "index.mts", "index.mjs"].map((name) => join(named, name)),
  );
  const found = candidates.find((path) => existsSync(path) && statSync(path).isFile());
  if (found !== undefined && isProgramFile(found)) return found;
  if (found !== undefined) {
    throw new UserError({
      problem: `The program ${relative(folder, found)} of the Pulumi project in ${folder} is neither TypeScript nor JavaScript by its name.`,
      fix: "Name another file in Pulumi.yaml: main: <path>",
    });
  }
  throw new UserError({
    problem: `The Pulumi project in ${folder} has no program: ${relative(folder, join(named, "index.ts"))} does not exist.`,
    fix: "Write it, or name its path in Pulumi.yaml: main: <path>",
  });
}

function packageOf(folder: string): z.infer<typeof packageFile> {
  const path = join(folder, "package.json");
  return existsSync(path) ? readSettingsFile(path, packageFile) : {};
}

function readProjectFile(folder: string): ProjectFile | undefined {
  const path = ["Pulumi.yaml", "Pulumi.yml"].map((name) => join(folder, name)).find((one) => existsSync(one));
  return path === undefined ? undefined : readSettingsFile(path, projectFile);
}

/**
 * Reads a stack's settings, as the running program would.
 *
 * @param platform name of the platform. Default: that of the stack's configuration.
 * @param stack stack whose `Pulumi.<stack>.yaml` is read. Default: none, and every setting has its default.
 * @throws {UserError} if there is no such stack.
 * @throws {RunError} with every setting that is wrong.
 */
export function stackSettings(
  project: Project,
  platform: string | undefined,
  stack: string | undefined,
): Settings {
  return settingsOf(project, platform, stack === undefined ? {} : stackConfig(project.folder, stack));
}

/**
 * Reads settings, as the running program would.
 *
 * @param config the stack's configuration: keys without their namespace.
 */
export function settingsOf(
  { folder, platforms }: Project,
  platform: string | undefined,
  config: Readonly<Record<string, unknown>>,
): Settings {
  const values: Record<string, unknown> = {
    ...projectConfig(folder),
    ...config,
    ...(platform !== undefined && { platform }),
  };
  return readSettings(platforms, { get: (key) => asText(values[key]), keys: () => Object.keys(values) });
}

/** The `meshwright:` keys of Pulumi.yaml, which hold for every stack, without their namespace. */
function projectConfig(folder: string): Record<string, unknown> {
  const values = Object.entries(ours(readProjectFile(folder)?.config));
  return Object.fromEntries(
    values.map(([key, value]) => {
      const declared =
        typeof value === "object" && value !== null ? (value as { value?: unknown; default?: unknown }) : {};
      return [key, declared.value ?? declared.default ?? value];
    }),
  );
}

/** The `meshwright:` keys of `Pulumi.<stack>.yaml`, without their namespace. */
export function stackConfig(folder: string, stack: string): Record<string, unknown> {
  const name = `Pulumi.${stack.split("/").at(-1) ?? stack}.yaml`;
  const path = resolve(folder, readProjectFile(folder)?.stackConfigDir ?? ".", name);
  if (!existsSync(path)) {
    throw new UserError({
      problem: `There is no stack "${stack}" here: ${path} does not exist.`,
      fix: "Run the command in the folder of the Pulumi project, or name another stack.",
    });
  }
  return ours(readSettingsFile(path, stackFile).config);
}

/** The `meshwright:` keys of a configuration, without their namespace. */
export function ours(config: ProjectFile["config"]): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config ?? {}).flatMap(([key, value]) =>
      key.startsWith("meshwright:") ? [[key.slice("meshwright:".length), value]] : [],
    ),
  );
}

/** Pulumi passes structured configuration as JSON text. */
function asText(value: unknown): string | undefined {
  if (value === undefined || typeof value === "string") return value;
  return JSON.stringify(value);
}
