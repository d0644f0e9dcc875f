import type { Command } from "commander";
import { withRunLock } from "../../sandbox/runLock";
import { stopControlPlane } from "../controlPlane";
import { endKilledRun } from "../runProcesses";
import { stateOption } from "../stateOption";

/** `meshwright down`: stops the sandbox and removes its state. */
export function downCommand(command: Command): void {
  command.addOption(stateOption()).action(async ({ state }: { state: string }) => {
    await withRunLock(state, "meshwright down", async () => {
      await endKilledRun(state);
      await stopControlPlane(state);
    });
  });
}
