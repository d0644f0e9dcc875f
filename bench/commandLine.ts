/**
 * CPU time and memory of the command line's start, beside kubectl and istioctl in the same run. The peers are measured
 * where they are installed or built; `status` where `make up` has brought Alfred up. Run it with `make bench`; RUNS says
 * how often each command runs (default: 5). The medians are printed.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { table } from "../cli/output";
import { sandboxStatus } from "../sandbox";
import { toolchainStatus } from "../toolchain";
import { deployedProject } from "./deployedProject";

const repository = join(__dirname, "..");
const main = join(repository, "dist", "cli", "main.js");
const state = join(repository, ".sandbox");
const runs = Number(process.env.RUNS ?? 5);
const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** A command line, and the CPU time and memory that it should need at most. */
interface Command {
  readonly name: string;
  readonly words: readonly string[];
  /** Folder in which it runs. Default: the current one. */
  readonly cwd?: string;
  /** In seconds. Default: none, for a peer. */
  readonly cpu?: number;
  /** In MB. Default: none. */
  readonly memory?: number;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

async function bench(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  try {
    const rows: string[][] = [];
    for (const { name, words, cwd, cpu, memory } of [...(await commands()), previewOf(1_000, folder)]) {
      const isOurs = words[0] === process.execPath;
      await seconds(words, cwd); // fills the cache of compiled modules
      const cpus: number[] = [];
      for (let run = 0; run < runs; run++) cpus.push(await seconds(words, cwd));
      rows.push([
        name,
        median(cpus).toFixed(2),
        cpu === undefined ? "" : `≤ ${cpu}`,
        isOurs ? String(Math.round(await megabytes(words, folder, cwd))) : "",
        memory === undefined ? "" : `≤ ${memory}`,
      ]);
    }
    print("The command line");
    print(table(["COMMAND", "CPU s", "TARGET", "MEMORY MB", "TARGET"], rows));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A preview of one number in a mesh of so many services, whose state is as a deployment of them leaves it. */
function previewOf(services: number, folder: string): Command {
  const project = deployedProject(folder, services);
  const words = ["preview", "--state", project.state];
  return {
    name: `meshwright preview of ${services} services`,
    words: [process.execPath, main, ...words],
    cwd: project.folder,
    cpu: 5,
  };
}

async function commands(): Promise<Command[]> {
  const ours = (words: string, limits: { cpu: number; memory?: number }): Command => ({
    name: `meshwright ${words}`,
    words: [process.execPath, main, ...words.split(" ")],
    ...limits,
  });
  const commands = [
    ours("--help", { cpu: 0.15, memory: 70 }),
    ours("--version", { cpu: 0.15, memory: 70 }),
    ours("check alfred", { cpu: 0.5 }),
    ours("render alfred", { cpu: 0.5 }),
  ];
  const sandbox = await sandboxStatus(state);
  if (sandbox.ready) {
    commands.push(ours(`status alfred --stack local --kubeconfig ${sandbox.kubeconfig}`, { cpu: 1.5 }));
  } else print("`status` is not measured: no sandbox runs (make up).");
  for (const { name, path } of await toolchainStatus(["kubectl", "istioctl"])) {
    const words = name === "kubectl" ? "version --client" : "version --remote=false";
    if (path === undefined) print(`${name} is not measured: it is neither installed nor built.`);
    else commands.push({ name: `${name} ${words}`, words: [path, ...words.split(" ")] });
  }
  return commands;
}

/** CPU time of one run, user and system, in seconds. */
async function seconds(words: readonly string[], cwd = repository): Promise<number> {
  const script = 'TIMEFORMAT="%3U %3S"; time "$0" "$@" >/dev/null 2>&1';
  const { stderr } = await execa("bash", ["-c", script, ...words], { cwd, reject: false });
  return stderr
    .split(" ")
    .map(Number)
    .reduce((sum, one) => sum + one, 0);
}

/**
 * Peak memory of one run of a Node.js program, in MB. On Linux, `maxRSS` of a process is at least the memory of the process that
 * has started it, which is the benchmark. So the kernel's own peak of the program is read there.
 */
async function megabytes(
  [node = "", ...words]: readonly string[],
  folder: string,
  cwd = repository,
): Promise<number> {
  const hook = join(folder, "hook.cjs");
  const text = `
    process.on("exit", () => {
      const status = process.platform === "linux" ? require("fs").readFileSync("/proc/self/status", "utf8") : "";
      const [, peak = process.resourceUsage().maxRSS] = /VmHWM:\\s+(\\d+) kB/.exec(status) ?? [];
      process.stderr.write("\\n" + peak);
    });`;
  writeFileSync(hook, text);
  const { stderr } = await execa(node, ["-r", hook, ...words], { cwd, reject: false });
  return Number(stderr.split("\n").at(-1)) / 1024;
}

void bench();
