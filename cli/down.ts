import type { Command } from "commander";
import { stopControlPlane } from "./sandbox";
import { stateOption } from "./state";

/** `meshwright down`: removes the sandbox with all that runs on it. */
export function downCommand(program: Command): void {
  program
    .command("down")
    .description("end the sandbox and remove its state; built programs stay in the cache")
    .addOption(stateOption())
    .action(async ({ state }: { state: string }) => {
      await stopControlPlane(state);
    });
}
