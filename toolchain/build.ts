import { chmod, copyFile, cp, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { cacheRoot, inScratchFolder, moduleCache, moduleSource, withLock } from "./cache";
import { isExecutable } from "./find";
import { go, moduleFolder, requireGo } from "./go";
import { buildTags, linkerValues, type ModuleName, pinOf, type ProgramName } from "./pins";
import { makeFolder } from "./makeFolder";

/** The progress of a running build. */
export interface BuildProgress {
  readonly module: ModuleName | "charts";
  readonly programs: readonly ProgramName[];
  readonly phase: "waiting" | "downloading" | "compiling" | "packaging";
  /** Go packages compiled so far, and how many the programs consist of. */
  readonly compiled: number;
  readonly packages: number;
}

export type OnBuildProgress = (progress: BuildProgress) => void;

/** Path of the build of `name` in the cache. */
export function builtPath(name: ProgramName): string {
  return join(moduleCache(pinOf(name).module), "bin", name);
}

/**
 * Builds the missing ones of `names`, all of one Go module, into the cache. Safe when two runs start at once;
 * an interrupted build leaves nothing half-installed, because finished programs are moved into place.
 *
 * @throws {UserError} if Go is missing or too old, or the build fails (names the log file).
 */
export async function buildModule(
  module: ModuleName,
  names: readonly ProgramName[],
  onProgress: OnBuildProgress,
): Promise<void> {
  const report = (phase: BuildProgress["phase"], compiled = 0, packages = 0) => {
    onProgress({ module, programs: names, phase, compiled, packages });
  };
  const cache = moduleCache(module);
  const waiting = () => {
    report("waiting");
  };
  await withLock(cache, waiting, async () => {
    const missing = names.filter((name) => !isExecutable(builtPath(name)));
    if (missing.length === 0) return;
    await requireGo();
    await inScratchFolder(cache, async (scratch) => {
      const source = join(scratch, "source");
      const log = join(cacheRoot(), `build-${module}.log`);
      await cp(moduleSource(module), source, { recursive: true });
      report("downloading");
      if (missing.includes("pulumi-resource-kubernetes")) await addProviderSchema(source, log);
      const packages = missing.map((name) => pinOf(name).package);
      const tags = `-tags=${buildTags[module]}`;
      const total = (await go(["list", "-deps", tags, ...packages], source, log)).split("\n").length;
      let compiled = 0;
      const bin = join(scratch, "bin");
      await mkdir(bin);
      const values = Object.entries(linkerValues[module]).map(([name, value]) => `-X ${name}=${value}`);
      const flags = [tags, "-trimpath", "-gcflags=all=-dwarf=false", `-ldflags=-s -w ${values.join(" ")}`];
      await go(["build", "-v", ...flags, "-o", `${bin}/`, ...packages], source, log, () => {
        report("compiling", ++compiled, total);
      });
      makeFolder(join(cache, "bin"));
      for (const name of missing) {
        await rename(join(bin, outputName(pinOf(name).package)), builtPath(name));
      }
      await rm(log, { force: true });
    });
  });
}

/** The Go command reports an output's name by the package path's last element that is not a major version. */
function outputName(goPackage: string): string {
  return basename(goPackage.replace(/\/v\d+$/, ""));
}

/** The provider embeds its schema; the files lie in its own module, unversioned. */
async function addProviderSchema(source: string, log: string): Promise<void> {
  const provider = await moduleFolder("github.com/pulumi/pulumi-kubernetes/provider/v4", source, log);
  const from = join(provider, "cmd", "pulumi-resource-kubernetes");
  const to = join(source, "pulumi-resource-kubernetes");
  const schema = JSON.parse(await readFile(join(from, "schema.json"), "utf8")) as Record<string, unknown>;
  schema.version = pinOf("pulumi-resource-kubernetes").version;
  await writeFile(join(to, "schema.json"), JSON.stringify(schema));
  await copyFile(join(from, "terraform-mapping.json"), join(to, "terraform-mapping.json"));
  await chmod(join(to, "terraform-mapping.json"), 0o644);
}
