import { UserError } from "../errors/userError";
import { endProcesses, isAlive, type ProcessIdentity } from "./processIdentity";
import { processesWith } from "./processesWith";
import { readState, stateVariable } from "./state";

/**
 * Stops the supervisor, which stops the other processes; then stops those that still run. Processes that are not on record,
 * because the record was lost, are found by their environment.
 */
export async function endLeftovers(state: string): Promise<void> {
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
