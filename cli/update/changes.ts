import type { StateResource } from "../../program/stackState";
import { objectsOf } from "../../program/plan";
import { stackPolicySettings } from "../audit/settings";
import { localStackFiles } from "../localStack";
import { isAccepted, judgePlan } from "../preview/policies";
import { resourceChanges } from "../preview/resources";
import { declaredBy } from "../declared";
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
 * Chooses the course of the next update, without a preview of Pulumi's. It compares the objects that the program in the
 * current folder declares with the inputs in the stack's state. A first deployment has nothing that a preview could
 * compare. Only the policies could refuse it, so it runs directly if they accept what the program declares.
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
  const { configFile, policies: policiesFile } = localStackFiles(state);
  const declared = await declaredBy(
    (loaded) => settingsOf(loaded, undefined, ours(readSettingsFile(configFile, stackFile).config)),
    project,
  );
  if (declared === undefined) return "previewed";
  const { plan, settings } = declared;
  const changed = resourceChanges(deployed, plan).changes.filter(({ kind }) => kind !== "Release");
  if (changed.length >= fewest) return "stages";
  if (deployed.length > 0 || !isKnownPack(pack)) return "previewed";
  const policies = stackPolicySettings(settings.environment, policiesFile);
  const objects = objectsOf(plan).flatMap((one) => one.objects);
  return isAccepted(judgePlan(plan, objects, policies).findings) ? "directly" : "previewed";
}
