import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { execaSync } from "execa";

/** A process, told apart from a later one that was given the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in the system's own terms; only good for comparing. */
  readonly startTime: string;
}

/** Identity of a running process; undefined if there is none of that number. */
export function identify(pid: number): ProcessIdentity | undefined {
  const startTime = startTimeOf(pid);
  return startTime === undefined ? undefined : { pid, startTime };
}

/** Whether exactly this process still runs. */
export function isAlive({ pid, startTime }: ProcessIdentity): boolean {
  return startTimeOf(pid) === startTime;
}

/**
 * Asks processes to end, and kills those that still run after `patience` milliseconds. Never touches a process that
 * merely has the number of one that is gone.
 */
export async function endProcesses(identities: readonly ProcessIdentity[], patience = 5_000): Promise<void> {
  const signal = (name: NodeJS.Signals): void => {
    for (const identity of identities.filter(isAlive)) {
      try {
        process.kill(identity.pid, name);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
      }
    }
  };
  signal("SIGTERM");
  await untilGone(identities, patience);
  signal("SIGKILL");
  await untilGone(identities, 5_000);
}

async function untilGone(identities: readonly ProcessIdentity[], patience: number): Promise<void> {
  const end = Date.now() + patience;
  while (identities.some(isAlive) && Date.now() < end) await sleep(50);
}

function startTimeOf(pid: number): string | undefined {
  if (process.platform === "linux") {
    try {
      // After the name in parentheses, which may itself hold anything: state is the first field, start time the 20th.
      const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
        .replace(/^.*\) /s, "")
        .split(" ");
      return fields[0] === "Z" ? undefined : fields[19];
    } catch {
      return undefined;
    }
  }
  const { stdout } = execaSync("ps", ["-o", "lstart=", "-p", String(pid)], { reject: false });
  return stdout.trim() === "" ? undefined : stdout.trim();
}
