import { setTimeout as sleep } from "node:timers/promises";
import { processesWith, type NamedProcess } from "../sandbox/processesWith";
import { endProcesses } from "../sandbox/processIdentity";
import { remark } from "./output";

/** Environment variable of every process that deploys to a sandbox. Its value is the sandbox's state folder. */
export const runVariable = "MESHWRIGHT_RUN";

/** A process of a deployment: the engine, a language host, a provider plugin or the policy pack. */
export type RunProcess = NamedProcess;

/** The running processes that deploy to the sandbox in `state`, without those that a caller started outside of a deployment. */
export function runProcesses(state: string): RunProcess[] {
  return processesWith(`${runVariable}=${state}`);
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
