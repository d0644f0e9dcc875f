import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { replaceFile } from "../../sandbox/replaceFile";
import type { LocalPulumi } from "../pulumi";

/**
 * Writes the policies' configuration for the first stage of an update. Policies about the stack as a whole are disabled
 * there, because half of its objects are missing. They judge the preview before it, and the second stage. Policies
 * about single resources judge every stage.
 *
 * @param pack folder of the policy pack.
 * @returns the file for `--policy-pack-config`. Undefined for a pack whose policies are not known here.
 */
export function firstStagePolicies(
  { state, policyConfig }: Pick<LocalPulumi, "state" | "policyConfig">,
  pack: string,
): string | undefined {
  const policies = policiesOf(pack);
  if (policies === undefined) return undefined;
  const disabled = policies
    .filter((policy) => "validateStack" in policy)
    .map(({ name }) => [name, { enforcementLevel: "disabled" }]);
  const file = join(state, "first-stage-policies.json");
  replaceFile(file, JSON.stringify({ ...policyConfig, ...Object.fromEntries(disabled) }));
  return file;
}

function policiesOf(pack: string): readonly { readonly name: string }[] | undefined {
  const description = join(pack, "package.json");
  const policies = join(pack, "dist", "policy-pack", "policies", "index.js");
  if (!isKnownPack(pack) || !existsSync(policies)) return undefined;
  return (createRequire(description)(policies) as { policies: readonly { readonly name: string }[] })
    .policies;
}

/** Whether the policy pack in a folder is `@meshwright/policy-pack`. */
export function isKnownPack(pack: string): boolean {
  const description = join(pack, "package.json");
  if (!existsSync(description)) return false;
  const { name } = JSON.parse(readFileSync(description, "utf8")) as { name?: unknown };
  return name === "@meshwright/policy-pack";
}
