import type { Command } from "commander";
import { stopControlPlane } from "../controlPlane";
import { stateOption } from "../stateOption";

/** `meshwright down`: removes the sandbox with all that runs on it. */
export function downCommand(command: Command): void {
  command.addOption(stateOption()).action(async ({ state }: { state: string }) => {
    await stopControlPlane(state);
  });
}
