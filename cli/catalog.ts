import { existsSync, readFileSync, statSync } from "node:fs";
import { extname, join, resolve } from "node:path";
import { createJiti } from "jiti";
import { parse } from "yaml";
import { catalogOf } from "../program/catalogOf";
import { platformList, platformNames } from "../stacks/platforms";
import { readSettings, type Settings } from "../program/settings";
import { UserError } from "../toolchain/userError";

/** What a command works on: a platform of this package, set up by a stack's configuration, or a catalog file. */
export interface Subject {
  /** The platform's name, or the file's path as given. */
  readonly name: string;
  readonly catalog: unknown;
  /** The platform's settings. Absent for a file, which is a catalog and nothing else. */
  readonly settings?: Settings;
}

/**
 * Finds the catalog that `argument` means.
 *
 * @param argument name of a platform, or path of a `.ts`, `.js`, `.json` or `.yaml` file.
 * @param stack stack whose `Pulumi.<stack>.yaml` in the current folder sets the platform up. Default: none, the
 *   platform's own defaults.
 * @throws {UserError} if it means neither, or the file can't be read.
 */
export async function loadSubject(argument: string, stack: string | undefined): Promise<Subject> {
  const platform = platformNames.find((name) => name === argument);
  if (platform !== undefined) {
    const values: Record<string, unknown> = { ...(stack === undefined ? {} : stackConfig(stack)), platform };
    const settings = readSettings(platformList, { get: (key) => asText(values[key]) });
    return { name: platform, catalog: catalogOf(settings), settings };
  }
  const path = resolve(argument);
  if (!existsSync(path)) {
    throw new UserError({
      problem: `"${argument}" is neither a platform nor a file.`,
      cure: `Name a platform (${platformNames.join(", ")}) or the path of a catalog.`,
    });
  }
  if (statSync(path).isDirectory()) {
    throw new UserError({ problem: `${argument} is a folder.`, cure: "Name the catalog in it." });
  }
  if (stack !== undefined) {
    throw new UserError({
      problem: `--stack ${stack} says nothing about the file ${argument}: a stack's configuration sets up a platform.`,
      cure: "Leave --stack out, or name a platform.",
      exitCode: 2,
    });
  }
  return { name: argument, catalog: await readCatalog(path) };
}

/** The `meshwright:` keys of `Pulumi.<stack>.yaml`, without their namespace. */
function stackConfig(stack: string): Record<string, unknown> {
  const path = resolve(`Pulumi.${stack}.yaml`);
  if (!existsSync(path)) {
    throw new UserError({
      problem: `There is no stack "${stack}" here: ${path} does not exist.`,
      cure: "Run the command in the folder of the Pulumi project, or name another stack.",
    });
  }
  const { config = {} } = (parse(readFileSync(path, "utf8")) ?? {}) as { config?: Record<string, unknown> };
  return Object.fromEntries(
    Object.entries(config).flatMap(([key, value]) =>
      key.startsWith("meshwright:") ? [[key.slice("meshwright:".length), value]] : [],
    ),
  );
}

function asText(value: unknown): string | undefined {
  if (value === undefined || typeof value === "string") return value;
  return JSON.stringify(value);
}

async function readCatalog(path: string): Promise<unknown> {
  try {
    if ([".json", ".yaml", ".yml"].includes(extname(path))) return parse(readFileSync(path, "utf8"));
    return exportedCatalog(await runModule(path), path);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError({
      problem: `${path} can't be read: ${error instanceof Error ? error.message : String(error)}`,
      cure: 'Mend the file. It may import "meshwright" and whatever is installed beside it.',
      cause: error,
    });
  }
}

/**
 * Runs a catalog's file, TypeScript or JavaScript, whatever kind of modules its package has; its
 * `import … from "meshwright"` gets this very version, installed beside it or not.
 */
async function runModule(path: string): Promise<Record<string, unknown>> {
  const own = join(__dirname, "..", `index${extname(__filename)}`);
  return createJiti(__filename, { alias: { meshwright: own }, interopDefault: false }).import(path);
}

function exportedCatalog(module: Record<string, unknown>, path: string): unknown {
  // `module.exports = …` and `exports.catalog = …` of a CommonJS file come as the default.
  const own = module.default as { readonly catalog?: unknown } | undefined;
  const found = module.catalog ?? own?.catalog ?? own;
  if (found === undefined) {
    throw new UserError({
      problem: `${path} exports no catalog; it exports ${Object.keys(module).join(", ") || "nothing"}.`,
      cure: "Export it: export const catalog = defineMesh({ … })",
    });
  }
  return typeof found === "function" ? (found as () => unknown)() : found;
}
