import type { Command } from "commander";
import { stopControlPlane } from "../controlPlane";
import { stateOption } from "../stateOption";

/** `meshwright down`: stops the sandbox and removes its state. */
export function downCommand(command: Command): void {
  command.addOption(stateOption()).action(async ({ state }: { state: string }) => {
    await stopControlPlane(state);
  });
}
