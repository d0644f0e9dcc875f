import type { PlainPolicy } from "../policy";
import { forbidInjectionOptOut } from "../policies/forbidInjectionOptOut";
import { forbidWeakerMtls } from "../policies/forbidWeakerMtls";
import { forbidWildcardHosts } from "../policies/forbidWildcardHosts";
import { requireSafeEnvoyFilters } from "../policies/requireSafeEnvoyFilters";
import { restrictEgress } from "../policies/restrictEgress";
import { partsOf } from "../reading/patch";
import type { KubernetesResource } from "../reading/resource";
import { findings, type JudgeEffect } from "./judged";

/** The texts about patched objects. */
export const messages = {
  together: (title: string, problem: string) =>
    `${title}: with the stack's patches, ${problem} Change the object itself instead of patching it.`,
};

/** The policies about security that judge one object, without settings about limits. */
const POLICIES: readonly PlainPolicy[] = [
  forbidWeakerMtls,
  restrictEgress,
  forbidWildcardHosts,
  forbidInjectionOptOut,
  requireSafeEnvoyFilters,
];

/** Judges objects whose fields are harmless alone, and not together with those of a patch. */
export const judgePatches: JudgeEffect = function* ({ stack, isRestricted }) {
  for (const resource of stack) {
    const parts = partsOf(resource);
    if (parts.length === 0) continue;
    for (const policy of POLICIES) {
      const settings = { ...(policy === restrictEgress && { environment: isRestricted ? "prod" : "dev" }) };
      const known = new Set(parts.flatMap((one) => textsOf(policy, one, settings)));
      for (const text of textsOf(policy, resource, settings)) {
        if (!known.has(text)) yield { subject: resource, message: messages.together(resource.title, text) };
      }
    }
  }
};

function textsOf(
  policy: PlainPolicy,
  resource: KubernetesResource,
  settings: Record<string, unknown>,
): string[] {
  const found = findings(policy, [resource], settings);
  return typeof found === "string" ? [] : found.map(({ message }) => message);
}
