import { createWriteStream, existsSync } from "node:fs";
import {
  chmod,
  copyFile,
  cp,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rename,
  rm,
  writeFile,
} from "node:fs/promises";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { execa, ExecaError } from "execa";
import semver from "semver";
import { cacheRoot, moduleCache, moduleSource, withLock } from "./cache";
import { isExecutable, parseVersion } from "./find";
import { goVersion, istioCharts, linkerValues, type ModuleName, pinOf, type ProgramName } from "./pins";
import { UserError } from "./userError";

/** What a running build tells: enough for a line of progress. */
export interface BuildProgress {
  readonly module: ModuleName;
  readonly programs: readonly ProgramName[];
  readonly phase: "waiting" | "downloading" | "compiling" | "packaging";
  /** Go packages compiled so far, and how many the programs consist of. */
  readonly compiled: number;
  readonly packages: number;
}

export type OnBuildProgress = (progress: BuildProgress) => void;

/** Where our own build of `name` stands or will stand. */
export function builtPath(name: ProgramName): string {
  return join(moduleCache(pinOf(name).module), "bin", name);
}

/** Folder with Istio's packaged charts and their `index.yaml`. */
export function chartsPath(): string {
  return join(moduleCache("cluster"), "charts");
}

// Debug information and a small heap for the compiler cost about a third of the build's time; neither serves a sandbox.
const buildEnvironment = { CGO_ENABLED: "0", GOGC: "400", GOFLAGS: "-buildvcs=false", GOWORK: "off" };

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
      const total = (await go(["list", "-deps", ...packages], source, log)).split("\n").length;
      let compiled = 0;
      const bin = join(scratch, "bin");
      await mkdir(bin);
      const values = Object.entries(linkerValues[module]).map(([name, value]) => `-X ${name}=${value}`);
      const flags = ["-trimpath", "-gcflags=all=-dwarf=false", `-ldflags=-s -w ${values.join(" ")}`];
      await go(["build", "-v", ...flags, "-o", `${bin}/`, ...packages], source, log, () => {
        report("compiling", ++compiled, total);
      });
      await mkdir(join(cache, "bin"), { recursive: true });
      for (const name of missing) {
        await rename(join(bin, outputName(pinOf(name).package)), builtPath(name));
      }
      await rm(log, { force: true });
    });
  });
}

/**
 * Packages Istio's charts from its Go module into a folder that can be served as a Helm repository.
 *
 * @param helm path of a helm program.
 */
export async function packageCharts(helm: string, onProgress: OnBuildProgress): Promise<void> {
  const report = (phase: BuildProgress["phase"]) => {
    onProgress({ module: "cluster", programs: [], phase, compiled: 0, packages: 0 });
  };
  const cache = moduleCache("cluster");
  const waiting = () => {
    report("waiting");
  };
  await withLock(cache, waiting, async () => {
    if (existsSync(join(chartsPath(), "index.yaml"))) return;
    await requireGo();
    report("packaging");
    await inScratchFolder(cache, async (scratch) => {
      const log = join(cacheRoot(), "build-charts.log");
      const istio = await moduleFolder(istioCharts.goModule, moduleSource("cluster"), log);
      const charts = join(scratch, "charts");
      await mkdir(charts);
      for (const folder of Object.values(istioCharts.folders)) {
        const version = ["--version", istioCharts.version, "--app-version", istioCharts.version];
        await run(helm, ["package", join(istio, folder), ...version, "--destination", charts], scratch, log);
      }
      await run(helm, ["repo", "index", charts], scratch, log);
      await rename(charts, chartsPath());
      await rm(log, { force: true });
    });
  });
}

/** The Go command reports an output's name by the package path's last element that is not a major version. */
function outputName(goPackage: string): string {
  return basename(goPackage.replace(/\/v\d+$/, ""));
}

/** Gives `work` a folder beside the final place (so that a rename moves), and removes it and what earlier runs left. */
async function inScratchFolder(cache: string, work: (scratch: string) => Promise<void>): Promise<void> {
  for (const entry of await readdir(cache)) {
    if (entry.startsWith("scratch-")) await rm(join(cache, entry), { recursive: true, force: true });
  }
  const scratch = await mkdtemp(join(cache, "scratch-"));
  try {
    await work(scratch);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
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

/** Folder of a downloaded Go module that the go.mod in `from` pins. */
async function moduleFolder(goModule: string, from: string, log: string): Promise<string> {
  const answer = await go(["mod", "download", "-json", goModule], from, log);
  return (JSON.parse(answer) as { Dir: string }).Dir;
}

async function requireGo(): Promise<void> {
  const cure = `Install Go ${goVersion} or newer (https://go.dev/dl), so that \`go version\` prints it, and run the command again.`;
  const version = await execa("go", ["version"], { reject: false });
  const found = version.failed ? undefined : parseVersion(version.stdout);
  if (found === undefined) {
    throw new UserError({
      problem: "Go is needed to build the sandbox's programs, and `go` is not on PATH.",
      cure,
    });
  }
  // An older go command fetches the toolchain that go.mod asks for, unless told not to.
  if (semver.lt(found, goVersion) && process.env.GOTOOLCHAIN === "local") {
    throw new UserError({
      problem: `Go ${goVersion} is needed to build the sandbox's programs; this is ${found}.`,
      cure,
    });
  }
}

/** Runs the go command in `cwd` and returns its stdout; `onPackage` is called for every package that it compiles. */
async function go(args: string[], cwd: string, log: string, onPackage?: () => void): Promise<string> {
  return run("go", args, cwd, log, onPackage);
}

async function run(
  program: string,
  args: string[],
  cwd: string,
  log: string,
  onErrorLine?: () => void,
): Promise<string> {
  const child = execa(program, args, { cwd, env: buildEnvironment, buffer: { stdout: true, stderr: false } });
  const file = createWriteStream(log, { flags: "a" });
  file.write(`$ ${program} ${args.join(" ")}\n`);
  child.stderr.pipe(file);
  const tail: string[] = [];
  createInterface(child.stderr).on("line", (line) => {
    tail.push(line);
    if (tail.length > 12) tail.shift();
    onErrorLine?.();
  });
  try {
    return (await child).stdout;
  } catch (error) {
    if (!(error instanceof ExecaError)) throw error;
    throw new UserError({
      problem: `\`${basename(program)} ${args.slice(0, 2).join(" ")} …\` failed (${error.shortMessage.slice(0, 200)}).`,
      details: tail.join("\n"),
      cure: `The whole output is in ${log}. If a download failed, check the network and GOPROXY; if the disk is full, free 10 GB. Then run the command again: what is finished is kept.`,
      cause: error,
    });
  }
}
