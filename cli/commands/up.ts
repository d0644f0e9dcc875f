import { dirname } from "node:path";
import { type Command, Option } from "commander";
import pc from "picocolors";
import { type Environment, environments } from "../../catalog/environments";
import type { SandboxStatus } from "../../sandbox";
import { withRunLock } from "../../sandbox/runLock";
import type { Toolchain } from "../../toolchain";
import { startControlPlane } from "../controlPlane";
import { findPolicyPack } from "../policyPack";
import { tools } from "../programs";
import { settleKilledRun } from "../runProcesses";
import { stateOption } from "../stateOption";
import type * as running from "../update/run";
import { print } from "../output";

interface UpOptions {
  readonly state: string;
  readonly policyPack?: string;
  readonly platform?: string;
  readonly environment?: Environment;
}

/** `meshwright up`: deploys a platform to the embedded sandbox, under the policy pack. */
export function upCommand(command: Command): void {
  command
    .addOption(stateOption())
    .option(
      "--policy-pack <dir>",
      "folder of the policy pack (default: policy-pack, or the installed package @meshwright/policy-pack)",
    )
    .option("--platform <name>", "platform to deploy (default: that of Pulumi.local.yaml)")
    .addOption(
      new Option(
        "--environment <name>",
        "environment of the stack (default: that of Pulumi.local.yaml)",
      ).choices(environments),
    )
    .action(async ({ state, policyPack, platform, environment }: UpOptions) => {
      const pack = findPolicyPack(process.cwd(), policyPack);
      await withRunLock(state, "meshwright up", async () => {
        await settleKilledRun(state);
        const toolchain = await tools();
        const { sandbox, prepared } = await whileStarting(
          (onLaunch) => startControlPlane(toolchain, state, { onLaunch }),
          (launched, ready) =>
            loadRun().prepare(toolchain, launched, process.cwd(), { platform, environment, ready }),
        );
        const outputs = await loadRun().run(prepared, toolchain, sandbox, pack, platform);
        print(describe(outputs, toolchain, sandbox));
      });
    });
}

/** Loaded only when the API server starts: it needs seconds, and so do the SDKs that a run imports. */
function loadRun(): typeof running {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import statement would load it at once
  return require("../update/run") as typeof running;
}

/**
 * Starts a sandbox, and does `work` meanwhile. If the start fails, its error is thrown as soon as the work has ended.
 *
 * @param start calls the function that it is given as soon as the sandbox has addresses.
 * @param work gets the sandbox, and a promise that resolves when its API server answers.
 * @returns the ready sandbox, and the result of the work, which may still have to be awaited.
 */
async function whileStarting<T>(
  start: (onLaunch: (launched: SandboxStatus) => void) => Promise<SandboxStatus>,
  work: (launched: SandboxStatus, ready: Promise<unknown>) => Promise<T>,
): Promise<{ sandbox: SandboxStatus; prepared: Promise<T> }> {
  const launch = Promise.withResolvers<SandboxStatus>();
  const ready = Promise.withResolvers<SandboxStatus>();
  const prepared = launch.promise.then((launched) => work(launched, ready.promise));
  // Their errors are thrown where they are awaited.
  for (const promise of [ready.promise, prepared]) promise.catch(() => undefined);
  try {
    const sandbox = await start(launch.resolve);
    ready.resolve(sandbox);
    return { sandbox, prepared };
  } catch (error) {
    launch.reject(error);
    ready.reject(error);
    await prepared.catch(() => undefined);
    throw error;
  }
}

/** A summary of the deployment, and commands to inspect it. */
function describe(
  { platform, istio, objects }: running.StackOutputs,
  toolchain: Toolchain,
  sandbox: SandboxStatus,
): string {
  const counts = Object.entries(objects).map(([kind, count]) => `${kind} ${count}`);
  const total = Object.values(objects).reduce((sum, count) => sum + count, 0);
  return [
    "",
    `${pc.green("✔")} ${pc.bold(platform)} runs on the sandbox: Istio ${istio}, ${total} objects, no findings of istioctl analyze.`,
    `  ${counts.join(", ")}`,
    "",
    pc.bold("Inspect it"),
    `  export KUBECONFIG=${sandbox.kubeconfig}`,
    `  export PATH=${dirname(toolchain.program("kubectl"))}:$PATH    # kubectl, helm, istioctl`,
    "  kubectl get vs,dr,ap,pa -A",
    "  npx meshwright sandbox status",
    pc.bold("Stop it"),
    "  npx meshwright down",
  ].join("\n");
}
