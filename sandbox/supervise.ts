import { type ChildProcess, spawn } from "node:child_process";
import { openSync, closeSync, readFileSync } from "node:fs";
import { Agent as HttpAgent, get as httpGet } from "node:http";
import { Agent as HttpsAgent, get as httpsGet } from "node:https";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ProcessSpec } from "./controlPlane";
import { endProcesses, identify, type ProcessIdentity } from "./processIdentity";
import { files, type ProcessRecord, type ProcessState, stateVariable } from "./state";
import { makeFolder } from "../toolchain/makeFolder";

/** A process that is restarted whenever it ends by itself, until {@link Supervised.stop}. */
export interface Supervised {
  record(): ProcessRecord;
  /**
   * Starts it. Resolves when it serves; rejects with a {@link StartFailure} if its first run ends before that or takes
   * too long.
   */
  start(): Promise<void>;
  /** Stops it permanently. */
  stop(): Promise<void>;
}

/** A process that did not start. */
export class StartFailure extends Error {
  constructor(
    readonly process: string,
    readonly reason: string,
    readonly log: string,
  ) {
    super(`${process} ${reason}`);
  }
}

const startPatience = 60_000;
// As the kubelet would: three probes in a row, so that one slow answer on a busy machine is no outage. More of them would take
// most of the CPU time of a sandbox in which nothing happens.
const probe = { period: 5_000, failures: 3 };
const shortestBackOff = 500;
const longestBackOff = 10_000;

// A supervisor that is killed between the start of a process and its record would leave it behind for good. So the process
// waits, under its final number, for a line that comes when it is on record, and ends if there will be none.
const onceOnRecord = 'read -r _ && exec "$0" "$@" </dev/null';

/**
 * Keeps `spec` running, from its first {@link Supervised.start} on. Its output goes to a log of its own.
 *
 * @param onChange is called whenever its record changes, and has to have written it down when it returns.
 */
export function supervise(state: string, spec: ProcessSpec, onChange: () => void): Supervised {
  const log = files.log(state, spec.name);
  makeFolder(dirname(log));
  let status: ProcessState = "starting";
  let identity: ProcessIdentity | undefined;
  let restarts = 0;
  const wake = new AbortController();
  const stopped = (): boolean => wake.signal.aborted;
  let ended: Promise<string> = Promise.resolve("");

  const become = (next: ProcessState): void => {
    status = next;
    onChange();
  };
  const launch = (): void => {
    const output = openSync(log, "a", 0o600);
    const child = spawn("/bin/sh", ["-c", onceOnRecord, spec.program, ...spec.args], {
      cwd: spec.cwd ?? state,
      env: { ...cleanEnvironment(), [stateVariable]: state, ...spec.env },
      stdio: ["pipe", output, output],
    });
    closeSync(output);
    identity = child.pid === undefined ? undefined : identify(child.pid);
    ended = endOf(child);
    become("starting");
    // It may have been ended meanwhile; how it ended says so.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end("\n");
  };
  const serves = async (): Promise<void> => {
    const attempt = ended.then((how) => {
      throw new StartFailure(spec.name, how, log);
    });
    attempt.catch(() => undefined);
    while (!(await Promise.race([answers(spec.health), attempt]))) await Promise.race([sleep(100), attempt]);
    become("running");
  };
  const watch = async (run: Promise<string>): Promise<void> => {
    const over = new AbortController();
    void run.then(() => {
      over.abort();
    });
    for (let failures = 0; ;) {
      await Promise.race([sleep(probe.period), run]);
      failures = (await answers(spec.health)) ? 0 : failures + 1;
      if (over.signal.aborted) return;
      if (failures === 0 && status === "unresponsive") become("running");
      if (failures >= probe.failures && status === "running") become("unresponsive");
    }
  };
  const tooLate = async (): Promise<never> => {
    await sleep(startPatience, undefined, { ref: false });
    throw new StartFailure(
      spec.name,
      `did not answer at ${spec.health} within ${startPatience / 1000} s`,
      log,
    );
  };

  let serving: Promise<void>;
  const keepRunning = async (): Promise<void> => {
    for (let backOff = shortestBackOff; ; backOff = Math.min(backOff * 2, longestBackOff)) {
      const begin = Date.now();
      await serving.then(() => watch(ended)).catch(() => undefined);
      await ended;
      identity = undefined;
      if (stopped()) return;
      restarts += 1;
      become("restarting");
      if (Date.now() - begin > 60_000) backOff = shortestBackOff;
      await sleep(backOff, undefined, { signal: wake.signal }).catch(() => undefined);
      if (stopped()) return;
      launch();
      serving = serves();
    }
  };

  return {
    record: () => ({
      name: spec.name,
      status,
      ...(identity === undefined ? {} : { identity }),
      restarts,
      log,
      ports: spec.ports,
    }),
    start: async () => {
      launch();
      serving = serves();
      void keepRunning();
      await Promise.race([serving, tooLate()]);
    },
    stop: async () => {
      wake.abort();
      if (identity !== undefined) await endProcesses([identity]);
      identity = undefined;
      become("stopped");
    },
  };
}

/** Last lines of a log, for an error message. */
export function tailOf(log: string, lines = 12): string {
  try {
    return readFileSync(log, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
  } catch {
    return "";
  }
}

// A user's KUBECONFIG must never lead one of our processes to another cluster.
function cleanEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env;
  return { PATH, HOME, TMPDIR };
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once("error", (error) => {
      resolve(`could not be started (${error.message})`);
    });
    child.once("exit", (code, signal) => {
      resolve(signal === null ? `ended with exit code ${code ?? "none"}` : `was ended by ${signal}`);
    });
  });
}

// A handshake for each probe would cost more than the answer. Node.js itself closes a connection after five seconds.
const keep = { keepAlive: true, timeout: 60_000 };
const agents = { http: new HttpAgent(keep), https: new HttpsAgent({ ...keep, rejectUnauthorized: false }) };

/** Whether a GET is answered with 200. Certificates are the processes' own, made a moment ago: they are not checked. */
export function answers(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const isSecure = url.startsWith("https:");
    const options = { timeout: 1_000, agent: isSecure ? agents.https : agents.http };
    const request = (isSecure ? httpsGet : httpGet)(url, options, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => {
      resolve(false);
    });
  });
}
