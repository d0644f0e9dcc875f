import {
  resolvePrograms,
  type SandboxOptions,
  sandboxStatus,
  type SandboxStatus,
  startSandbox,
  stopSandbox,
} from "../sandbox";
import type { Toolchain } from "../toolchain";
import { UserError } from "../errors/userError";
import { step } from "./output";

/** Starts the sandbox in `state` if it does not run. */
export async function startControlPlane(
  toolchain: Toolchain,
  state: string,
  options: Pick<SandboxOptions, "apiServerPort" | "onLaunch"> = {},
): Promise<SandboxStatus> {
  return step("Sandbox: etcd, API server, controllers, nodes", (say) =>
    startSandbox({
      state,
      programs: resolvePrograms((name) => toolchain.program(name)),
      charts: toolchain.charts,
      onProgress: say,
      ...options,
    }),
  );
}

/** Stops the sandbox's processes, and removes its data unless `keepState` is set. */
export async function stopControlPlane(state: string, keepState = false): Promise<void> {
  await step("Sandbox: stop its processes", () => stopSandbox(state, { deleteState: !keepState }));
}

/**
 * The status of a running sandbox.
 *
 * @throws {UserError} if it does not run.
 */
export async function runningSandbox(state: string): Promise<SandboxStatus> {
  const status = await sandboxStatus(state);
  if (!status.running) {
    throw new UserError({
      problem: `No sandbox runs in ${state}.`,
      fix: "Start one: meshwright sandbox up, or meshwright up",
    });
  }
  return status;
}
