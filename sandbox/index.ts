import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname, extname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import lockfile from "proper-lockfile";
import { UserError } from "../toolchain/userError";
import { choosePorts } from "./ports";
import { endProcesses, isAlive, type ProcessIdentity } from "./processIdentity";
import { files, readConfig, readState, type SandboxConfig, type SandboxPrograms, writeJson } from "./state";
import { tailOf } from "./supervise";

export type { SandboxPrograms } from "./state";

/** How to start a sandbox. */
export interface SandboxOptions {
  /** Folder of its own for cluster data, credentials and logs. Two folders are two sandboxes. */
  readonly state: string;
  readonly programs: SandboxPrograms;
  /** Folder with packaged charts and their `index.yaml`. */
  readonly charts: string;
  /** Port of the API server. Default: a free one. */
  readonly apiServerPort?: number;
  /** Called with what is being waited for. */
  readonly onProgress?: (message: string) => void;
}

/** How a sandbox is. */
export interface SandboxStatus {
  /** Its folder, absolute. */
  readonly state: string;
  readonly running: boolean;
  /** Whether everything has come up and still runs. */
  readonly ready: boolean;
  readonly supervisorPid?: number;
  /** The administrator's kubeconfig; the file exists only once the API server has. */
  readonly kubeconfig: string;
  readonly apiServer?: string;
  /** URL of its Helm repository. */
  readonly chartRepository?: string;
  /** Where istiod's webhooks listen once its chart is installed; the charts must be told. */
  readonly istiod?: { readonly validationURL: string; readonly injectionURL: string };
  readonly processes: readonly {
    readonly name: string;
    readonly pid?: number;
    readonly status: string;
    readonly restarts: number;
    readonly log: string;
    readonly ports: readonly number[];
  }[];
}

/**
 * Starts a control plane and returns when it is ready. One that runs already is returned as it is; what a crashed run
 * left behind is ended first. If the start fails or is interrupted, nothing is left running.
 *
 * @throws {UserError} that names the process that failed and the last lines of its log, or the port that is in use.
 */
export async function startSandbox(options: SandboxOptions): Promise<SandboxStatus> {
  const state = resolve(options.state);
  mkdirSync(state, { recursive: true, mode: 0o700 });
  const release = await lockfile.lock(state, {
    stale: 15_000,
    retries: { forever: true, minTimeout: 200, maxTimeout: 200 },
  });
  try {
    const before = await sandboxStatus(state);
    if (before.ready) return before;
    await endLeftovers(state);
    const config: SandboxConfig = {
      state,
      programs: options.programs,
      charts: resolve(options.charts),
      ports: await choosePorts(readConfig(state)?.ports, options.apiServerPort),
    };
    await writeJson(files.config(state), config);
    await rm(files.state(state), { force: true });
    return await launch(state, options.onProgress ?? (() => undefined));
  } finally {
    await release();
  }
}

/**
 * Ends every process of a sandbox, also after its supervisor was killed.
 *
 * @param options.deleteState whether its folder goes too. Default: false.
 * @throws {UserError} if a process can't be ended.
 */
export async function stopSandbox(state: string, { deleteState = false } = {}): Promise<void> {
  const folder = resolve(state);
  await endLeftovers(folder);
  if (!deleteState || !existsSync(folder)) return;
  // A mistyped folder must not be deleted: only one that a sandbox has written to.
  if (!existsSync(files.config(folder))) {
    throw new UserError({
      problem: `${folder} is not the state of a sandbox: it has no ${files.config("")}.`,
      cure: "Name the folder that `meshwright sandbox up` was given.",
    });
  }
  await rm(folder, { recursive: true, force: true });
}

/** How the sandbox in `state` is; never fails because there is none. */
export function sandboxStatus(state: string): Promise<SandboxStatus> {
  const folder = resolve(state);
  const config = readConfig(folder);
  const told = readState(folder);
  const running = told !== undefined && isAlive(told.supervisor);
  const processes = (told?.processes ?? []).map(({ identity, status, ...rest }) => {
    const alive = identity !== undefined && isAlive(identity);
    return {
      ...rest,
      status: alive ? status : running ? status : "stopped",
      ...(alive ? { pid: identity.pid } : {}),
    };
  });
  return Promise.resolve({
    state: folder,
    running,
    ready: running && told.ready && processes.every(({ status }) => status === "running"),
    ...(running ? { supervisorPid: told.supervisor.pid } : {}),
    kubeconfig: files.kubeconfig(folder),
    ...(config === undefined || !running ? {} : addresses(config)),
    processes,
  });
}

function addresses({ ports }: SandboxConfig) {
  const istiod = `https://localhost:${ports.istiodHttps}`;
  return {
    apiServer: `https://127.0.0.1:${ports.apiServer}`,
    chartRepository: `http://127.0.0.1:${ports.charts}`,
    istiod: { validationURL: `${istiod}/validate`, injectionURL: `${istiod}/inject` },
  };
}

async function launch(state: string, onProgress: (message: string) => void): Promise<SandboxStatus> {
  const log = files.log(state, "supervisor");
  mkdirSync(dirname(log), { recursive: true });
  const output = openSync(log, "a", 0o600);
  // From source the supervisor needs the same hooks as this process.
  const extension = extname(__filename);
  const hooks =
    extension === ".ts"
      ? ["--no-experimental-strip-types", "-r", require.resolve("ts-node/register/transpile-only")]
      : [];
  const supervisor = spawn(process.execPath, [...hooks, join(__dirname, `supervisor${extension}`), state], {
    cwd: __dirname,
    detached: true,
    stdio: ["ignore", output, output],
  });
  closeSync(output);
  supervisor.unref();
  const undo = (): void => {
    void endLeftovers(state).finally(() => process.exit(130));
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, undo);
  let exited: number | undefined;
  supervisor.once("exit", (code) => (exited = code ?? 1));
  try {
    for (;;) {
      await sleep(50);
      const status = await sandboxStatus(state);
      if (status.ready) return status;
      const waiting = status.processes.filter(({ status: now }) => now !== "running").map(({ name }) => name);
      onProgress(`waiting for ${waiting.join(", ") || "the supervisor"}`);
      if (exited !== undefined) throw failureOf(state, exited);
    }
  } finally {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, undo);
  }
}

function failureOf(state: string, exitCode: number): UserError {
  const { failure } = readState(state) ?? {};
  const {
    process: name,
    reason,
    log,
  } = failure ?? {
    process: "supervisor",
    reason: `ended with exit code ${exitCode}`,
    log: files.log(state, "supervisor"),
  };
  return new UserError({
    problem: `The sandbox did not start: ${name} ${reason}. Nothing is left running.`,
    details: tailOf(log),
    cure: `The whole log is ${log}. To start afresh: meshwright sandbox down --state ${state}, then up again.`,
  });
}

/** Ends the supervisor, which ends the rest; then whatever of the rest is still there. */
async function endLeftovers(state: string): Promise<void> {
  const told = readState(state);
  if (told === undefined) return;
  await endProcesses([told.supervisor], 20_000);
  // The supervisor may have started something since; it has written that down.
  const identities = (readState(state)?.processes ?? [])
    .map(({ identity }) => identity)
    .filter((identity): identity is ProcessIdentity => identity !== undefined);
  await endProcesses(identities);
  const stubborn = identities.filter(isAlive);
  if (stubborn.length > 0) {
    throw new UserError({
      problem: `Processes of the sandbox in ${state} could not be ended: ${stubborn.map(({ pid }) => pid).join(", ")}.`,
      cure: `End them by hand: kill -9 ${stubborn.map(({ pid }) => pid).join(" ")}`,
    });
  }
}
