import { accessSync, constants, existsSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { execa } from "execa";
import semver from "semver";
import { pinOf, type ProgramName } from "./pins";

/** A program of the right version that the machine already has. */
export interface FoundProgram {
  readonly path: string;
  readonly version: string;
}

/**
 * Looks for `name` on PATH (a Pulumi plugin: in the user's plugin folder) and returns it if its version is known to
 * work, otherwise undefined.
 */
export async function findOnMachine(name: ProgramName): Promise<FoundProgram | undefined> {
  const pin = pinOf(name);
  if (pin.plugin !== undefined) {
    const home = process.env.PULUMI_HOME ?? join(homedir(), ".pulumi");
    const path = join(home, "plugins", `resource-${pin.plugin}-v${pin.version}`, name);
    return isExecutable(path) ? { path, version: pin.version } : undefined;
  }
  if (pin.onPath === undefined) return undefined;
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const path = join(folder, name);
    if (!isExecutable(path)) continue;
    if (pin.onPath.beside !== undefined && !existsSync(join(dirname(path), pin.onPath.beside))) continue;
    const version = await versionOf(path, pin.onPath.args);
    if (version !== undefined && semver.satisfies(version, pin.onPath.accepts)) return { path, version };
    if (pin.onPath.accepts === "*") return { path, version: "any" };
  }
  return undefined;
}

async function versionOf(path: string, args: readonly string[]): Promise<string | undefined> {
  if (args.length === 0) return undefined;
  const run = await execa(path, args, { reject: false, timeout: 20_000, all: true });
  return parseVersion(run.all);
}

/** The first semantic version in a program's output, without build metadata; undefined if there is none. */
export function parseVersion(output: string): string | undefined {
  return /v?(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)/.exec(output)?.[1];
}

/** Whether `path` is a file that this user may run. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
