import type { ExportedStack } from "../../program/stackState";
import type { SandboxStatus } from "../../sandbox";
import type { Toolchain } from "../../toolchain";
import { verifyCharts } from "../chartRepository";
import type { Declared } from "../declared";
import { explainOutages } from "../outages";
import { type LocalPulumi, localPulumi, type LocalSettings, localStack } from "../pulumi";
import { repairSandbox, takeOver } from "../repair/sandbox";
import { verifyMesh } from "../verify";
import { courseOf, declaredOn } from "./changes";
import { deploy } from "./deploy";

/** What a run needs before it changes the cluster. */
export interface Prepared {
  readonly pulumi: LocalPulumi;
  readonly exported: ExportedStack;
  readonly declared: Declared | undefined;
}

/** Outputs of a stack that `deploy` returned. */
export interface StackOutputs {
  readonly platform: string;
  readonly istio: string;
  readonly objects: Readonly<Record<string, number>>;
}

/**
 * Prepares a run on a sandbox whose API server may still start: sets up the stack, reads its state, and what the program
 * declares.
 */
export async function prepare(
  toolchain: Toolchain,
  launched: SandboxStatus,
  project: string,
  settings: LocalSettings,
): Promise<Prepared> {
  const pulumi = await localPulumi(toolchain, launched, project, settings);
  const exported = await takeOver(pulumi);
  return { pulumi, exported, declared: await declaredOn(pulumi.state, project) };
}

/**
 * Deploys to a sandbox that is ready: repairs what earlier runs and other tools have left, updates the stack, and verifies the
 * mesh.
 *
 * @throws {UserError} with the problem and its fix. It names processes of the sandbox that ended meanwhile.
 */
export async function run(
  prepared: Promise<Prepared>,
  toolchain: Toolchain,
  sandbox: SandboxStatus,
  pack: string,
  platform: string | undefined,
): Promise<StackOutputs> {
  return explainOutages(sandbox, async () => {
    const { pulumi, exported, declared } = await prepared;
    await verifyCharts(
      sandbox.chartRepository ?? "",
      `Remove the folder ${toolchain.charts}, then run meshwright up again: it packages the charts anew.`,
    );
    const deployed = await repairSandbox(pulumi, exported, toolchain, sandbox, platform);
    await deploy(pulumi, pack, courseOf(deployed, declared, pulumi.state, pack));
    const [outputs] = await Promise.all([outputsOf(pulumi), verifyMesh(toolchain, sandbox)]);
    return outputs;
  });
}

async function outputsOf({ read }: LocalPulumi): Promise<StackOutputs> {
  return JSON.parse(await read(["stack", "output", "--json", "--stack", localStack])) as StackOutputs;
}
