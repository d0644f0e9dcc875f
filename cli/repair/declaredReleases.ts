import { releasesOf } from "../../program/plan";
import { declaredBy } from "../declared";
import { stackSettings } from "../project";
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
  const declared = await declaredBy((project) => stackSettings(project, platform, stack));
  return declared === undefined ? [] : releasesOf(declared.plan);
}
