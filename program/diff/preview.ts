import * as pulumi from "@pulumi/pulumi";
import { isObject } from "../../catalog";
import type { Plan } from "../plan";
import type { StateResource } from "../stackState";
import { changesBetween } from "./changes";
import { deployedSide } from "./deployed";
import { previewText } from "./previewText";
import { areSame, sideOfPlan } from "./side";

/**
 * Reads what the running stack has deployed last, from its state. The engine answers, so that it works with each backend,
 * and nothing is added to the state.
 *
 * @returns none outside of a preview. The reason if the engine does not answer.
 */
export async function lastDeployment(): Promise<readonly StateResource[] | Error> {
  if (!pulumi.runtime.isDryRun()) return [];
  try {
    const stackName = [pulumi.getOrganization(), pulumi.getProject(), pulumi.getStack()].join("/");
    const answer = (await pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", {
      stackName,
    })) as { readonly outputs?: Readonly<Record<string, ReadResource>> } | undefined;
    return Object.entries(answer?.outputs ?? {}).map(([urn, one]) => resourceOf(urn, one));
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** What the engine says of a resource. */
interface ReadResource {
  readonly type?: string;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** The provider of Kubernetes keeps what a program has declared beside what the cluster has made of it. */
function resourceOf(urn: string, { type = "", outputs = {} }: ReadResource): StateResource {
  const declared = outputs.__inputs;
  return { urn, type, inputs: isObject(declared) ? declared : outputs };
}

/**
 * Shows in a preview what the stack's change does to requests, compared with the last deployment. It never fails the
 * preview.
 *
 * @param resource the resource below which Pulumi shows it.
 */
export async function showMeaning(
  plan: Plan,
  deployed: readonly StateResource[] | Error,
  resource: pulumi.Resource,
): Promise<void> {
  if (!pulumi.runtime.isDryRun()) return;
  try {
    if (deployed instanceof Error) throw deployed;
    const before = deployedSide("the last deployment", deployed, plan.mesh);
    if (before.objects.length === 0) return;
    const after = sideOfPlan(plan);
    if (areSame(before, after)) return;
    await pulumi.log.info(previewText(changesBetween(before, after), pulumi.getStack()), resource);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    await pulumi.log.info(`What this changes for requests is not shown: ${reason}`, resource);
  }
}
