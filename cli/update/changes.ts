import type { StateResource } from "../../program/stackState";
import { objectsOf } from "../../program/plan";
import { stackPolicySettings } from "../audit/settings";
import { localStackFiles } from "../localStack";
import { isAccepted, judgePlan } from "../preview/policies";
import { resourceChanges } from "../preview/resources";
import { type Declared, declaredBy } from "../declared";
import { ours, settingsOf } from "../project";
import { readSettingsFile, stackFile } from "../settingsFile";
import { isKnownPack } from "./firstStagePolicies";
import { fewest } from "./stages";

/**
 * How an update runs: `previewed` by one command of Pulumi, which previews it first, in `stages` after a preview, or
 * `directly`, without a preview.
 */
export type Course = "previewed" | "stages" | "directly";

/**
 * Reads what the program declares with the stack's configuration on the sandbox in `state`.
 *
 * @param project folder of the program. Default: the current folder.
 * @returns undefined if `deploy` did not return the program, or it has errors.
 */
export function declaredOn(state: string, project = process.cwd()): Promise<Declared | undefined> {
  const { configFile } = localStackFiles(state);
  return declaredBy(
    (loaded) => settingsOf(loaded, undefined, ours(readSettingsFile(configFile, stackFile).config)),
    project,
  );
}

/**
 * Chooses the course of the next update, without a preview of Pulumi's. It compares the objects that the program declares
 * with the inputs in the stack's state. A first deployment has nothing that a preview could compare. Only the policies could
 * refuse it, so it runs directly if they accept what the program declares.
 *
 * @param declared what {@link declaredOn} returns.
 * @param state folder of the sandbox, which has the policies' configuration.
 * @param pack folder of the policy pack.
 */
export function courseOf(
  deployed: readonly StateResource[],
  declared: Declared | undefined,
  state: string,
  pack: string,
): Course {
  if (declared === undefined) return "previewed";
  const { plan, settings } = declared;
  const changed = resourceChanges(deployed, plan).changes.filter(({ kind }) => kind !== "Release");
  if (changed.length >= fewest) return "stages";
  if (deployed.length > 0 || !isKnownPack(pack)) return "previewed";
  const policies = stackPolicySettings(settings.environment, localStackFiles(state).policies);
  const objects = objectsOf(plan).flatMap((one) => one.objects);
  return isAccepted(judgePlan(plan, objects, policies).findings) ? "directly" : "previewed";
}
