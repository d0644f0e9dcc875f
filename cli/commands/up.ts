import { dirname } from "node:path";
import { type Command, Option } from "commander";
import pc from "picocolors";
import { type Environment, environments } from "../../catalog";
import type { SandboxStatus } from "../../sandbox";
import { withRunLock } from "../../sandbox/runLock";
import type { Toolchain } from "../../toolchain";
import { print } from "../output";
import { verifyCharts } from "../chartRepository";
import { explainOutages } from "../outages";
import { findPolicyPack } from "../policyPack";
import { type LocalPulumi, localPulumi, localStack } from "../pulumi";
import { repairSandbox } from "../repair/sandbox";
import { startControlPlane } from "../controlPlane";
import { settleKilledRun } from "../runProcesses";
import { stateOption } from "../stateOption";
import { tools } from "../programs";
import { courseOf } from "../update/changes";
import { deploy } from "../update/deploy";
import { verifyMesh } from "../verify";

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
        const sandbox = await startControlPlane(toolchain, state);
        await explainOutages(sandbox, async () => {
          await verifyCharts(
            sandbox.chartRepository ?? "",
            `Remove the folder ${toolchain.charts}, then run meshwright up again: it packages the charts anew.`,
          );
          const pulumi = await localPulumi(toolchain, sandbox, process.cwd(), { platform, environment });
          const deployed = await repairSandbox(pulumi, toolchain, sandbox, platform);
          await deploy(pulumi, pack, await courseOf(deployed, pulumi.state, pack));
          await verifyMesh(toolchain, sandbox);
          print(await describe(pulumi, toolchain, sandbox));
        });
      });
    });
}

interface StackOutputs {
  platform: string;
  istio: string;
  objects: Record<string, number>;
}

/** A summary of the deployment, and commands to inspect it. */
async function describe(pulumi: LocalPulumi, toolchain: Toolchain, sandbox: SandboxStatus): Promise<string> {
  const text = await pulumi.read(["stack", "output", "--json", "--stack", localStack]);
  const { platform, istio, objects } = JSON.parse(text) as StackOutputs;
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
