import type { StateResource } from "../../program/stackState";
import { type Plan, planOf } from "../../program/plan";
import type { Settings } from "../../program/settings";
import { stackPolicySettings } from "../audit/settings";
import { localStackFiles } from "../localStack";
import { isAccepted, judgePlan } from "../preview/policies";
import { resourceChanges } from "../preview/resources";
import { loadProject, ours, settingsOf } from "../project";
import { readSettingsFile, stackFile } from "../settingsFile";
import { isKnownPack } from "./firstStagePolicies";
import { fewest } from "./stages";

/**
 * How an update runs: `previewed` by one command of Pulumi, which previews it first, in `stages` after a preview, or
 * `directly`, without a preview.
 */
export type Course = "previewed" | "stages" | "directly";

/**
 * Chooses the course of the next update, without a preview of Pulumi's: it compares the objects that the program in the current
 * folder declares with the inputs in the stack's state. A first deployment has nothing that a preview could compare. Only the
 * policies could refuse it, so it runs directly if they accept what the program declares.
 *
 * @param state folder of the sandbox, which has the stack's configuration.
 * @param pack folder of the policy pack.
 * @param project folder of the program. Default: the current folder.
 */
export async function courseOf(
  deployed: readonly StateResource[],
  state: string,
  pack: string,
  project = process.cwd(),
): Promise<Course> {
  const declared = await declaredBy(project, state);
  if (declared === undefined) return "previewed";
  const { plan, settings } = declared;
  const changed = resourceChanges(deployed, plan).changes.filter(({ kind }) => kind !== "Release");
  if (changed.length >= fewest) return "stages";
  if (deployed.length > 0 || !isKnownPack(pack)) return "previewed";
  const policies = stackPolicySettings(settings.environment, localStackFiles(state).policies);
  return isAccepted(judgePlan(plan, policies).findings) ? "directly" : "previewed";
}

/** Undefined if it is not a program that `deploy` returned, or has errors, which the run itself reports. */
async function declaredBy(
  folder: string,
  state: string,
): Promise<{ readonly plan: Plan; readonly settings: Settings } | undefined> {
  try {
    const project = await loadProject(folder);
    if (project === undefined) return undefined;
    const { config } = readSettingsFile(localStackFiles(state).configFile, stackFile);
    const settings = settingsOf(project, undefined, ours(config));
    return { plan: planOf(settings), settings };
  } catch {
    return undefined;
  }
}
