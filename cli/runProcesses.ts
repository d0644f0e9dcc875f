import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { execaSync } from "execa";
import { endProcesses, identify, type ProcessIdentity } from "../sandbox/processIdentity";
import { remark } from "./output";

/** Environment variable of every process that deploys to a sandbox. Its value is the sandbox's state folder. */
export const runVariable = "MESHWRIGHT_RUN";

/** A process of a deployment: the engine, a language host, a provider plugin or the policy pack. */
export interface RunProcess extends ProcessIdentity {
  /** File name of its program. */
  readonly name: string;
}

/** The running processes that deploy to the sandbox in `state`, without those that a caller started outside of a deployment. */
export function runProcesses(state: string): RunProcess[] {
  return environments(`${runVariable}=${state}`).flatMap(({ pid, name }) => {
    const identity = pid === process.pid ? undefined : identify(pid);
    return identity === undefined ? [] : [{ ...identity, name }];
  });
}

/**
 * Waits for the engine of a killed run, which still deploys and writes its state at the end. Then ends the run's other
 * processes: a plugin outlives its engine, and would change the cluster beside the next run.
 */
export async function settleKilledRun(state: string): Promise<void> {
  const engine = () => runProcesses(state).find(({ name }) => name === "pulumi");
  const first = engine();
  if (first !== undefined) {
    remark(`The engine of a killed run (process ${first.pid}) is still at work. Waiting until it ends …`);
    while (engine() !== undefined) await sleep(200);
  }
  await endKilledRun(state);
}

/** Ends every process of a killed run, the engine too. */
export async function endKilledRun(state: string): Promise<void> {
  const left = runProcesses(state);
  if (left.length === 0) return;
  await endProcesses(left);
  remark(`Ended ${left.length} ${left.length === 1 ? "process" : "processes"} of a killed run.`);
}

/** Running processes whose environment has the `entry`. */
function environments(entry: string): { pid: number; name: string }[] {
  if (process.platform === "linux") {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .flatMap((pid) => {
        try {
          const has = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(entry);
          return has ? [{ pid: Number(pid), name: readFileSync(`/proc/${pid}/comm`, "utf8").trim() }] : [];
        } catch {
          return []; // it has ended, or belongs to another user
        }
      });
  }
  const { stdout } = execaSync("ps", ["-AEwwo", "pid=,comm=,command="], { reject: false });
  return stdout
    .split("\n")
    .filter((line) => line.includes(` ${entry} `) || line.endsWith(` ${entry}`))
    .map((line) => {
      const [pid = "", command = ""] = line.trim().split(/\s+/);
      return { pid: Number(pid), name: command.split("/").at(-1) ?? "" };
    });
}
