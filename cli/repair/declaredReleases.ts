import { type Plan, planOf, releasesOf } from "../../program/plan";
import { loadProject, stackSettings } from "../project";
import type { DeclaredRelease } from "./repairs";

/**
 * The releases that the program in the current folder declares. None if it is not a program that `deploy` returned, or has
 * errors, which the run itself reports.
 *
 * @param stack stack whose `Pulumi.<stack>.yaml` configures it. Default: none.
 * @param platform platform of the program. Default: that of the stack's configuration.
 */
export async function declaredReleases(
  stack: string | undefined,
  platform: string | undefined,
): Promise<readonly DeclaredRelease[]> {
  const plan = await declaredPlan(stack, platform);
  return plan === undefined ? [] : releasesOf(plan);
}

/** The plan of the program in the current folder, under the conditions of {@link declaredReleases}. Undefined otherwise. */
export async function declaredPlan(
  stack: string | undefined,
  platform: string | undefined,
): Promise<Plan | undefined> {
  try {
    const project = await loadProject();
    return project === undefined ? undefined : planOf(stackSettings(project, platform, stack));
  } catch {
    return undefined;
  }
}
