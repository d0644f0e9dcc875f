import { policies } from "../../policy-pack/policies";
import { type Resource, validateResource, validateStack } from "../../policy-pack/tests/engine";
import type { Configuration } from "./registered";

/** What every policy of the pack says of some resources, by what comes of it. */
export async function judge(
  resources: Resource[],
  configuration: Configuration,
): Promise<{ mandatory: string[]; advisory: string[] }> {
  const said: Record<"mandatory" | "advisory", string[]> = { mandatory: [], advisory: [] };
  for (const policy of policies) {
    const { enforcementLevel = policy.enforcementLevel, ...settings } = configuration[policy.name] ?? {};
    if (enforcementLevel !== "mandatory" && enforcementLevel !== "advisory") {
      throw new Error(`${policy.name} has the level ${String(enforcementLevel)}`);
    }
    const outcomes =
      "validateStack" in policy
        ? [await validateStack(policy, resources, settings)]
        : await Promise.all(resources.map((resource) => validateResource(policy, resource, settings)));
    for (const { violations, undecided } of outcomes) {
      said[enforcementLevel].push(...violations.map((message) => `${policy.name}: ${message}`));
      // An open verdict would pass the preview.
      if (undecided !== undefined) said.mandatory.push(`${policy.name}: ${undecided}`);
    }
  }
  return said;
}
