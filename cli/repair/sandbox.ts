import { join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import type { SandboxStatus } from "../../sandbox";
import type { Toolchain } from "../../toolchain";
import { remark } from "../output";
import { configuredStack } from "../localStack";
import { type LocalPulumi, localStack, withoutCheckpoints } from "../pulumi";
import { applyRepairs, backupName, needsRepair, planRepairs, repairLines, targetsOf } from "./apply";
import { driftLines, hasDrift, prepareHealing } from "../drift/heal";
import { readDrift } from "../drift/read";
import { declaredReleases } from "./declaredReleases";
import type { ExportedStack, StateResource } from "../../program/stackState";
import { readHelmRecords } from "./helmRecords";
import { forgetUnrecorded, readUnrecorded, withUnrecorded } from "./unrecorded";
import { readBlockingWebhooks, unblock, webhookLine } from "./webhooks";

/** How long an istiod that is installed may take to serve its webhooks, in milliseconds. */
const patience = 30_000;

const target = ["--stack", localStack];

/**
 * Removes the lock of a killed run on the stack, and reads the stack's state. Its owner has ended: this command holds the
 * sandbox's own lock, and no other command uses this backend.
 */
export async function takeOver(pulumi: LocalPulumi): Promise<ExportedStack> {
  await pulumi.read(["cancel", "--yes", ...target]);
  return readStack(pulumi);
}

async function readStack({ read }: LocalPulumi): Promise<ExportedStack> {
  return JSON.parse(await read(["stack", "export", ...target])) as ExportedStack;
}

/**
 * Prepares a run on the sandbox: ends the interrupted operations of a killed run. It unblocks webhooks that no istiod
 * serves, and finds what other tools have changed or deleted. The run then heals it. Each step is one line on stderr.
 *
 * @param exported the stack's state.
 * @returns the resources of the stack's state.
 * @throws {UserError} if a release of the stack's name is not the one that the run was installing.
 */
export async function repairSandbox(
  pulumi: LocalPulumi,
  exported: ExportedStack,
  toolchain: Toolchain,
  { kubeconfig, state }: SandboxStatus,
  platform: string | undefined,
): Promise<readonly StateResource[]> {
  const { read, configFile } = pulumi;
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const refresh = (urns: readonly string[]): Promise<string> =>
    read(["refresh", ...targetsOf(urns), "--yes", "--skip-preview", ...target, "--config-file", configFile], {
      // It only reads. A killed one is done again.
      env: withoutCheckpoints,
    });
  const unrecorded = readUnrecorded(state);
  const stack = withUnrecorded(exported, unrecorded);
  const plan = await planRepairs(stack, config, () => declaredReleases(configuredStack(), platform));
  if (needsRepair(plan)) {
    await applyRepairs(plan, config, {
      pulumi: (args, input) => read([...args, ...target], input === undefined ? {} : { input }),
      refresh,
      helm: toolchain.program("helm"),
      kubeconfig,
      backup: join(state, "backups", backupName()),
    });
    for (const line of repairLines(plan)) remark(line);
  }
  const blocking = await readBlockingWebhooks(config, patience);
  await unblock(config, blocking);
  for (const webhook of blocking) remark(webhookLine(webhook));

  const { deployment } = needsRepair(plan) ? await readStack(pulumi) : stack;
  const { resources = [] } = deployment;
  const drift = await readDrift(config, resources, await readHelmRecords(config));
  if (hasDrift(drift)) {
    for (const line of driftLines(drift, unrecorded)) remark(line);
    const urns = await prepareHealing(config, drift);
    if (urns.length > 0) await refresh(urns);
  }
  forgetUnrecorded(state);
  return resources;
}
