import { existsSync, statSync } from "node:fs";
import { link as hardLink, lstat, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { buildModule, builtPath, type OnBuildProgress } from "./build";
import { moduleCache } from "./cache";
import { chartsPath, packageCharts } from "./charts";
import { findOnMachine, isExecutable } from "./find";
import { type ModuleName, pinOf, type ProgramName, programNames } from "./pins";

export { cacheRoot } from "./cache";
export type { BuildProgress, OnBuildProgress } from "./build";
export {
  standInCharts,
  istioCharts,
  programNames,
  type ProgramName,
  programs,
  programsAhead,
  sandboxPrograms,
} from "./pins";
import { makeFolder } from "./makeFolder";

/** Programs that are ready to run. */
export interface Toolchain {
  /** Absolute path of a program. Throws a TypeError for one that was not asked for. */
  program(name: ProgramName): string;
  /** Folder with the charts of Istio and of the add-ons as `.tgz` files and an `index.yaml`: the content of a Helm repository. */
  readonly charts: string;
  /** Environment under which the Pulumi CLI finds its language host, policy analyzer and plugins. */
  readonly pulumiEnvironment: { readonly PATH: string; readonly PULUMI_HOME: string };
}

/** Where a program comes from. */
export interface ProgramStatus {
  readonly name: ProgramName;
  readonly version: string;
  /** `machine`: found on PATH; `built`: in the cache; `missing`: would be built on demand. */
  readonly source: "machine" | "built" | "missing";
  /** Default: undefined while missing. */
  readonly path: string | undefined;
  /** Size in bytes. Default: 0 while missing. */
  readonly bytes: number;
}

/** Looks up every program without building any. */
export async function toolchainStatus(
  names: readonly ProgramName[] = programNames,
): Promise<ProgramStatus[]> {
  return Promise.all(names.map(statusOf));
}

async function statusOf(name: ProgramName): Promise<ProgramStatus> {
  const found = await findOnMachine(name);
  if (found !== undefined) return { name, source: "machine", ...found, bytes: statSync(found.path).size };
  const path = builtPath(name);
  const { version } = pinOf(name);
  if (!isExecutable(path)) return { name, version, source: "missing", path: undefined, bytes: 0 };
  return { name, version, source: "built", path, bytes: statSync(path).size };
}

/**
 * Finds each program of `names` on the machine or in the cache, and builds the others. It builds one Go module after
 * the other, because a single build keeps all cores busy.
 *
 * @throws {UserError} if something has to be built and can't be.
 */
export async function ensureToolchain(
  names: readonly ProgramName[],
  onProgress: OnBuildProgress = () => undefined,
): Promise<Toolchain> {
  const statuses = await toolchainStatus(names);
  const missing = statuses.filter((status) => status.source === "missing").map((status) => status.name);
  const byModule = Map.groupBy(missing, (name): ModuleName => pinOf(name).module);
  for (const [module, programs] of byModule) await buildModule(module, programs, onProgress);

  const paths = new Map(statuses.map(({ name, path }) => [name, path ?? builtPath(name)]));
  const pulumiEnvironment = await layOutPulumi(paths);
  const program = (name: ProgramName): string => {
    const path = paths.get(name);
    if (path === undefined) throw new TypeError(`${name} was not asked of the toolchain`);
    return path;
  };
  const helm = paths.get("helm");
  if (helm !== undefined && !existsSync(join(chartsPath(), "index.yaml")))
    await packageCharts(helm, onProgress);
  return { program, charts: chartsPath(), pulumiEnvironment };
}

/**
 * Arranges the Pulumi programs as the engine expects them. CLI, language host and policy analyzer are side by side in a
 * folder on PATH, resource plugins in `PULUMI_HOME/plugins/resource-<name>-v<version>/`.
 */
async function layOutPulumi(paths: Map<ProgramName, string>): Promise<Toolchain["pulumiEnvironment"]> {
  const home = join(moduleCache("pulumi"), "home");
  const bin = join(home, "bin");
  makeFolder(bin);
  for (const [name, path] of paths) {
    const { plugin, version } = pinOf(name);
    if (plugin !== undefined) {
      await link(path, join(home, "plugins", `resource-${plugin}-v${version}`, name));
    } else if (name === "pulumi" || name === "pulumi-language-nodejs") {
      await link(path, join(bin, name));
      paths.set(name, join(bin, name));
    }
  }
  // The CLI starts a policy pack through this program, with the pack's folder as its working directory.
  const analyzer = join(bin, "pulumi-analyzer-policy");
  await replace(analyzer, (temporary) =>
    writeFile(
      temporary,
      // As Pulumi's own: an installed pack has its SDK beside it, in the node_modules of the project.
      `#!/bin/sh\nexec node "$(node -e 'console.log(require.resolve("@pulumi/pulumi/cmd/run-policy-pack"))')" "$@"\n`,
      { mode: 0o755 },
    ),
  );
  return { PATH: `${bin}:${process.env.PATH ?? ""}`, PULUMI_HOME: home };
}

async function link(target: string, path: string): Promise<void> {
  makeFolder(dirname(path));
  const [wanted, present] = await Promise.all([stat(target), lstat(path).catch(() => undefined)]);
  if (present?.ino === wanted.ino && present.dev === wanted.dev) return;
  // The CLI looks for its companions beside its real file, not beside a symbolic link to it.
  await replace(path, (temporary) => hardLink(target, temporary).catch(() => symlink(target, temporary)));
}

/** Replaces `path` in one step, so that a program that is starting never finds a gap. */
async function replace(path: string, make: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = `${path}.${process.pid}`;
  await rm(temporary, { force: true });
  await make(temporary);
  await rename(temporary, path);
}
