import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { constants } from "node:os";
import { dirname, extname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import lockfile from "proper-lockfile";
import { UserError } from "../errors/userError";
import { choosePorts } from "./ports";
import { processesWith } from "./processesWith";
import { endProcesses, identify, isAlive, type ProcessIdentity } from "./processIdentity";
import {
  files,
  readConfig,
  readState,
  type SandboxConfig,
  type SandboxPrograms,
  type SandboxState,
  stateVariable,
  writeJson,
} from "./state";
import { tailOf } from "./supervise";
import { makeFolder } from "../toolchain/makeFolder";

export { resolvePrograms, type SandboxPrograms } from "./state";

/** How to start a sandbox. */
export interface SandboxOptions {
  /** Folder for cluster data, credentials and logs. Two folders are two sandboxes. */
  readonly state: string;
  readonly programs: SandboxPrograms;
  /** Folder with packaged charts and their `index.yaml`. */
  readonly charts: string;
  /** Port of the API server. Default: a free one. */
  readonly apiServerPort?: number;
  /** Called with the current step, whenever it changes. */
  readonly onProgress?: (message: string) => void;
  /** Called once its addresses are chosen and its processes start. They need seconds until they answer. */
  readonly onLaunch?: (status: SandboxStatus) => void;
}

/** Webhook URLs of an istiod, which its chart's values must name. */
export interface IstiodWebhooks {
  readonly validationURL: string;
  readonly injectionURL: string;
}

/** The status of a sandbox. */
export interface SandboxStatus {
  /** Its folder, absolute. */
  readonly state: string;
  readonly running: boolean;
  /** Whether every process is ready. */
  readonly ready: boolean;
  readonly supervisorPid?: number;
  /** Path of the administrator's kubeconfig. The file exists as soon as the API server is ready. */
  readonly kubeconfig: string;
  readonly apiServer?: string;
  /** URL of its Helm repository. */
  readonly chartRepository?: string;
  /** Webhooks of istiod. */
  readonly istiod?: IstiodWebhooks;
  /** Webhooks of a second istiod, of another revision, beside the first. The two take turns from upgrade to upgrade. */
  readonly canary?: IstiodWebhooks;
  readonly processes: readonly {
    readonly name: string;
    readonly pid?: number;
    readonly status: string;
    readonly restarts: number;
    readonly log: string;
    /** Its ports, keyed by purpose. */
    readonly ports: Readonly<Record<string, number>>;
  }[];
}

/** How long a started sandbox may take to restart processes that have ended, in milliseconds. */
const patience = 30_000;

/**
 * Starts a control plane and returns when it is ready. A running one is returned as it is; processes of a crashed run are
 * stopped first. If the start fails or is interrupted, no process keeps running. An installed istiod that does not start is
 * no failure: the user can fix its chart, and the status reports it.
 *
 * @throws {UserError} with the process that failed and the last lines of its log, the port that is in use, or the folder
 * without charts.
 */
export async function startSandbox(options: SandboxOptions): Promise<SandboxStatus> {
  const state = resolve(options.state);
  const charts = resolve(options.charts);
  if (!existsSync(join(charts, "index.yaml"))) {
    throw new UserError({
      problem: `${charts} is not a chart repository: it has no index.yaml.`,
      fix: `Package charts into it (helm package <chart> -d ${charts}), then: helm repo index ${charts}`,
    });
  }
  const { onProgress = () => undefined, onLaunch = () => undefined } = options;
  makeFolder(state, 0o700);
  const release = await lockfile.lock(state, {
    stale: 15_000,
    retries: { forever: true, minTimeout: 200, maxTimeout: 200 },
  });
  try {
    // The supervisor of a started sandbox restarts processes that have ended.
    if ((await sandboxStatus(state)).running && readState(state)?.ready && readConfig(state)) {
      requirePort(state, options.apiServerPort);
      onLaunch(await sandboxStatus(state));
      return await untilReady(state, onProgress);
    }
    await endLeftovers(state);
    const config: SandboxConfig = {
      state,
      programs: options.programs,
      charts,
      ports: await choosePorts(readConfig(state)?.ports, options.apiServerPort),
    };
    writeJson(files.config(state), config);
    return await launch(state, onProgress, onLaunch);
  } finally {
    await release();
  }
}

/**
 * Stops every process of a sandbox, even if its supervisor was killed.
 *
 * @param options.deleteState whether its folder is removed. Default: false.
 * @throws {UserError} if a process can't be stopped.
 */
export async function stopSandbox(state: string, { deleteState = false } = {}): Promise<void> {
  const folder = resolve(state);
  await endLeftovers(folder);
  if (!deleteState || !existsSync(folder)) return;
  // Only a folder that a sandbox has written to is deleted, so that a mistyped name does no harm.
  const own = [files.config(folder), files.state(folder), files.data(folder)];
  if (!own.some((path) => existsSync(path)) && readdirSync(folder).length > 0) {
    throw new UserError({
      problem: `${folder} is not the state of a sandbox: it has no ${files.config("")}.`,
      fix: "Name the folder that `meshwright sandbox up` was given.",
    });
  }
  await rm(folder, { recursive: true, force: true });
}

/** The status of the sandbox in `state`. Without a sandbox it is not running. */
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
  return {
    apiServer: `https://127.0.0.1:${ports.apiServer}`,
    chartRepository: `http://127.0.0.1:${ports.charts}`,
    istiod: webhooksAt(ports.istiodWebhooks),
    canary: webhooksAt(ports.canaryWebhooks),
  };
}

// By name: istiod's certificate can't carry an IP address.
function webhooksAt(port: number): IstiodWebhooks {
  const istiod = `https://localhost:${port}`;
  return { validationURL: `${istiod}/validate`, injectionURL: `${istiod}/inject` };
}

async function launch(
  state: string,
  onProgress: (message: string) => void,
  onLaunch: (status: SandboxStatus) => void,
): Promise<SandboxStatus> {
  const log = files.log(state, "supervisor");
  makeFolder(dirname(log));
  const output = openSync(log, "a", 0o600);
  // From source the supervisor needs the same hooks as this process.
  const extension = extname(__filename);
  const hooks =
    extension === ".ts"
      ? ["--no-experimental-strip-types", "-r", require.resolve("ts-node/register/transpile-only")]
      : [];
  const supervisor = spawn(process.execPath, [...hooks, join(__dirname, `supervisor${extension}`), state], {
    cwd: __dirname,
    env: { ...process.env, [stateVariable]: state },
    detached: true,
    stdio: ["ignore", output, output],
  });
  closeSync(output);
  supervisor.on("error", () => undefined); // it has no pid then
  supervisor.unref();
  // On record before it can write itself, so that an interrupt finds it.
  const identity = supervisor.pid === undefined ? undefined : identify(supervisor.pid);
  if (identity === undefined) throw failureOf(state);
  writeJson(files.state(state), { supervisor: identity, ready: false, processes: [] } satisfies SandboxState);
  let interrupted: Promise<never> | undefined;
  const undo = (signal: "SIGINT" | "SIGTERM"): void => {
    const exitCode = 128 + constants.signals[signal];
    interrupted ??= endLeftovers(state).then(
      () => process.exit(exitCode),
      () => process.exit(exitCode),
    );
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, undo);
  try {
    onLaunch(await sandboxStatus(state));
    return await untilReady(state, onProgress, () => interrupted);
  } finally {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, undo);
  }
}

/** @param interrupted a promise that rejects if the start is interrupted, and never resolves. */
async function untilReady(
  state: string,
  onProgress: (message: string) => void,
  interrupted: () => Promise<never> | undefined = () => undefined,
): Promise<SandboxStatus> {
  let limit = Infinity;
  for (let last = ""; ;) {
    await interrupted();
    const status = await sandboxStatus(state);
    if (!status.running) {
      await endLeftovers(state);
      throw failureOf(state);
    }
    if (status.ready) return status;
    const waiting = status.processes.filter((one) => one.status !== "running");
    // Until the sandbox is ready, the supervisor itself ends a start that takes too long.
    if (readState(state)?.ready) limit = Math.min(limit, Date.now() + patience);
    if (Date.now() > limit) {
      const broken = waiting.find(({ name }) => !name.startsWith("istiod"));
      if (broken === undefined) return status;
      throw new UserError({
        problem: `The sandbox in ${state} runs, but its ${broken.name} does not start again (${broken.restarts} restarts).`,
        ...adviceOf(state, broken.log),
      });
    }
    const message = `waiting for ${waiting.map(({ name }) => name).join(", ") || "the supervisor"}`;
    if (message !== last) onProgress(message);
    last = message;
    await sleep(50);
  }
}

function requirePort(state: string, wanted: number | undefined): void {
  const actual = readConfig(state)?.ports.apiServer;
  if (wanted === undefined || actual === undefined || wanted === actual) return;
  throw new UserError({
    problem: `The sandbox in ${state} runs already, with its API server on port ${actual}, not ${wanted}.`,
    fix: `Stop it first (meshwright sandbox down --keep-state --state ${state}), or leave --api-server-port out.`,
  });
}

function failureOf(state: string): UserError {
  const failure = readState(state)?.failure ?? {
    process: "supervisor",
    reason: "ended before everything was up",
    log: files.log(state, "supervisor"),
  };
  return new UserError({
    problem: `The sandbox did not start: ${failure.process} ${failure.reason}. No process keeps running.`,
    ...adviceOf(state, failure.log),
  });
}

/** The end of a process's log, and what to do about it. A process of a full disk logs that before a long stack trace. */
function adviceOf(state: string, log: string): { details: string; fix: string } {
  const full = tailOf(log, 100)
    .split("\n")
    .findLast((line) => /no space left on device|ENOSPC/.test(line));
  if (full !== undefined) {
    return {
      details: full,
      fix: `No space is left on the disk of ${state}. Free some, then run the command again: it continues with the cluster's data.`,
    };
  }
  return {
    details: tailOf(log),
    fix: `The whole log is ${log}. To start anew: meshwright sandbox down --state ${state}, then up again.`,
  };
}

/**
 * Stops the supervisor, which stops the other processes; then stops those that still run. Processes that are not on record,
 * because the record was lost, are found by their environment.
 */
async function endLeftovers(state: string): Promise<void> {
  const supervisor = readState(state)?.supervisor;
  if (supervisor !== undefined) await endProcesses([supervisor], 20_000);
  // The supervisor may have started something since; it has written that down.
  const identities = (readState(state)?.processes ?? [])
    .map(({ identity }) => identity)
    .filter((identity): identity is ProcessIdentity => identity !== undefined);
  await endProcesses(identities);
  const entry = `${stateVariable}=${state}`;
  // A supervisor without a record starts the others again until it ends itself.
  for (let left = processesWith(entry); left.length > 0; left = processesWith(entry)) {
    await endProcesses(left, 20_000);
    if (left.some(isAlive)) break;
  }
  const stubborn = [...(supervisor === undefined ? [] : [supervisor]), ...identities, ...processesWith(entry)]
    .filter(isAlive)
    .map(({ pid }) => pid);
  if (stubborn.length > 0) {
    throw new UserError({
      problem: `Processes of the sandbox in ${state} could not be stopped: ${stubborn.join(", ")}.`,
      fix: `Kill them: kill -9 ${stubborn.join(" ")}`,
    });
  }
}
