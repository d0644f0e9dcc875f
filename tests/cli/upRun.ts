import { join } from "node:path";
import { execa, type Result } from "execa";
import { type RunProcess, runProcesses } from "../../cli/runProcesses";
import { meshwrightMain } from "./run";

const repository = join(__dirname, "..", "..");
const pack = ["--policy-pack", join(repository, "policy-pack")];

/** A `meshwright up` that runs in the background, compiled. */
export interface UpRun {
  readonly pid: number;
  /** The processes that it has started to deploy. */
  readonly processes: () => RunProcess[];
  /** What it has printed by now. */
  readonly printed: () => string;
  /** How it ended. */
  readonly ended: Promise<Pick<Result, "exitCode"> & { readonly all: string }>;
}

/** Starts a command of the compiled command line for the sandbox in `state`. */
export function startRun(project: string, state: string, command: "up" | "down" = "up"): UpRun {
  const args = [command, "--state", state, ...(command === "up" ? pack : [])];
  const child = execa(process.execPath, [meshwrightMain, ...args], {
    cwd: project,
    reject: false,
    stdin: "ignore",
    all: true,
    env: { NO_COLOR: "1" },
  });
  let printed = "";
  child.all.on("data", (chunk: Buffer) => (printed += chunk.toString()));
  return {
    pid: child.pid ?? 0,
    processes: () => runProcesses(state),
    printed: () => printed,
    ended: child.then(({ exitCode, all }) => ({ exitCode, all })),
  };
}
