import { resolvePrograms, sandboxStatus, type SandboxStatus, startSandbox, stopSandbox } from "../sandbox";
import type { Toolchain } from "../toolchain";
import { UserError } from "../errors/userError";
import { step } from "./output";

/** Starts the sandbox in `state`, or finds it running. */
export async function startControlPlane(
  toolchain: Toolchain,
  state: string,
  apiServerPort?: number,
): Promise<SandboxStatus> {
  return step("Sandbox: etcd, API server, controllers, nodes", (say) =>
    startSandbox({
      state,
      programs: resolvePrograms((name) => toolchain.program(name)),
      charts: toolchain.charts,
      onProgress: say,
      ...(apiServerPort === undefined ? {} : { apiServerPort }),
    }),
  );
}

/** Ends the sandbox's processes; its data goes too unless `keepState`. */
export async function stopControlPlane(state: string, keepState = false): Promise<void> {
  await step("Sandbox: end its processes", () => stopSandbox(state, { deleteState: !keepState }));
}

/**
 * The status of a sandbox that runs.
 *
 * @throws {UserError} if it doesn't.
 */
export async function runningSandbox(state: string): Promise<SandboxStatus> {
  const status = await sandboxStatus(state);
  if (!status.running) {
    throw new UserError({
      problem: `No sandbox runs in ${state}.`,
      fix: "Start one: meshwright sandbox up, or make up",
    });
  }
  return status;
}
