import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { constants } from "node:os";
import { dirname, extname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../errors/userError";
import { makeFolder } from "../toolchain/makeFolder";
import { endLeftovers } from "./leftovers";
import { identify } from "./processIdentity";
import { files, readState, type SandboxState, stateVariable, writeJson } from "./state";
import { sandboxStatus, type SandboxStatus } from "./status";
import { tailOf } from "./supervise";

/** How long a started sandbox may take to restart processes that have ended, in milliseconds. */
const patience = 30_000;

/** Starts the supervisor, and returns when everything is ready. An interrupt ends what was started. */
export async function launch(
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

/**
 * Waits until every process of a running sandbox is ready.
 *
 * @param interrupted a promise that rejects if the start is interrupted, and never resolves.
 * @throws {UserError} with the process that failed.
 */
export async function untilReady(
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
