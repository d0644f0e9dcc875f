import type { StateResource } from "../../program/stackState";
import { configuredStack } from "../localStack";
import { resourceChanges } from "../preview/resources";
import { declaredPlan } from "../repair/declaredReleases";
import { fewest } from "./stages";

/**
 * Whether the next run changes so many objects that it is worth to plan it in two stages. The estimate takes no preview: it
 * compares the objects that the program in the current folder declares with the inputs in the stack's state.
 */
export async function isLargeUpdate(
  deployed: readonly StateResource[],
  platform: string | undefined,
): Promise<boolean> {
  const plan = await declaredPlan(configuredStack(), platform);
  if (plan === undefined) return false;
  return resourceChanges(deployed, plan).changes.filter(({ kind }) => kind !== "Release").length >= fewest;
}
