import { writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { CoreV1Api, type KubeConfig } from "@kubernetes/client-node";
import { execa } from "execa";
import { apiClient } from "../apiClient";
import { readHelmRecords, restoreRecord } from "./helmRecords";
import { readLiveObjects } from "./liveObjects";
import {
  type DeclaredRelease,
  hasOpenCreations,
  pendingObjects,
  type Repair,
  repairedStack,
  repairsOf,
  unrecordedReleases,
} from "./repairs";
import { type ExportedStack, releaseType } from "../../program/stackState";
import { makeFolder } from "../../toolchain/makeFolder";

/** The interrupted operations of a stack, and how to end them. */
export interface RepairPlan {
  readonly stack: ExportedStack;
  readonly repairs: readonly Repair[];
}

/** The programs and files that a repair needs. */
export interface RepairTools {
  /** Runs `pulumi` on the stack, with `input` on stdin. */
  readonly pulumi: (args: readonly string[], input?: string) => Promise<string>;
  /** Runs `pulumi refresh` with these targets. */
  readonly refresh: (urns: readonly string[]) => Promise<unknown>;
  /** Path of helm, and of the kubeconfig that it uses. Undefined: the default. */
  readonly helm: string;
  readonly kubeconfig?: string;
  /** File that gets the stack's state before it changes. */
  readonly backup: string;
}

/**
 * Looks up in the cluster how a stack's interrupted operations have ended. Changes nothing.
 *
 * @param stack output of `pulumi stack export`.
 * @param declared returns the releases of the stack's program. It is called only if they are needed.
 */
export async function planRepairs(
  stack: ExportedStack,
  config: KubeConfig,
  declared: () => Promise<readonly DeclaredRelease[]>,
): Promise<RepairPlan> {
  const [records, live] = await Promise.all([
    readHelmRecords(config),
    readLiveObjects(config, pendingObjects(stack)),
  ]);
  const unrecorded = unrecordedReleases(stack, records).length > 0;
  return { stack, repairs: repairsOf(stack, records, live, unrecorded ? await declared() : []) };
}

/** How many objects of a killed run are named one by one. */
const named = 20;

/** One line for each repair. Many objects of a killed run have one line together. */
export function repairLines({ repairs }: RepairPlan): string[] {
  const objects = repairs.filter(({ adopt }) => adopt !== undefined && adopt.type !== releaseType);
  const line = ({ problem, step }: Repair): string => `${problem} ${step}`;
  if (objects.length <= named) return repairs.map(line);
  return [
    ...repairs.filter((one) => !objects.includes(one)).map(line),
    `${objects.length} objects were created by a killed run, which did not record them. They are taken into the stack's state.`,
  ];
}

/** Whether there is anything to repair, in the cluster or in the state. */
export function needsRepair({ stack, repairs }: RepairPlan): boolean {
  return repairs.length > 0 || hasOpenCreations(stack);
}

/**
 * Ends the interrupted operations. The stack's state comes first: it gets a backup, and its import fails while a run holds the
 * stack, before anything has changed. Then the cluster follows. Last, the resources that were taken into the state are read
 * from the cluster.
 */
export async function applyRepairs(
  { stack, repairs }: RepairPlan,
  config: KubeConfig,
  { pulumi, refresh, helm, kubeconfig, backup }: RepairTools,
): Promise<void> {
  makeFolder(dirname(backup));
  await writeFile(backup, JSON.stringify(stack, null, 2), { mode: 0o600, flag: "wx" });
  await pulumi(["stack", "import"], JSON.stringify(repairedStack(stack, repairs)));
  const core = apiClient(config, CoreV1Api);
  for (const { secrets = [], restore, uninstall } of repairs) {
    // First, so that a killed repair leaves the pending record, by which the next one finds the release.
    if (restore !== undefined) await restoreRecord(config, restore);
    for (const { namespace, name } of secrets) await core.deleteNamespacedSecret({ namespace, name });
    if (uninstall !== undefined) {
      const { namespace, name } = uninstall;
      const target = kubeconfig === undefined ? [] : ["--kubeconfig", kubeconfig];
      await execa(helm, ["uninstall", name, "--namespace", namespace, ...target]);
    }
  }
  const urns = repairs.flatMap(({ refresh: urn }) => urn ?? []);
  if (urns.length > 0) await refresh(urns);
}

/** Name of the backup of a state that changes now. */
export function backupName(now = new Date()): string {
  return `before-repair-${now.toISOString().replaceAll(":", "-")}.json`;
}

/** The options of `pulumi refresh` that limit it to these resources. */
export function targetsOf(urns: readonly string[]): string[] {
  return urns.flatMap((urn) => ["--target", urn]);
}
