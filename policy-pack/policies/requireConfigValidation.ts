import { nist, resourcePolicy, type Violation } from "../policy";
import { isOff } from "../reading/boolean";
import { chartOf, chartValue, isIstiod, istiodValue } from "../reading/release";
import { isHelmRelease } from "../reading/resource";

/**
 * istiod refuses objects that it could not use. Without its webhook the API server takes them, and proxies keep the last
 * configuration that worked, which nothing says.
 * https://istio.io/latest/docs/ops/common-problems/validation/
 */
export const requireConfigValidation = resourcePolicy({
  name: "require-config-validation",
  displayName: "istiod judges every object",
  description:
    "The webhook that validates Istio's objects is installed, for those without a revision as well.",
  severity: "high",
  framework: nist("SI-10", "Information input validation"),
  tags: ["istio", "control-plane"],
  remediationSteps:
    "Leave out global.configValidation of istiod. Set defaultRevision of the chart base to the " +
    "revision that validates objects without a label, or leave it out.",
  url: "https://istio.io/latest/docs/ops/common-problems/validation/",
  settings: {},
  appliesTo: isHelmRelease,
  judge(release): Violation[] {
    if (chartOf(release) === "base") {
      const field = chartValue(release, "defaultRevision");
      if (field.value !== "") return [];
      const problem = "is empty, so nothing validates objects without a revision's label";
      return [{ field, problem, cure: "Name the revision that does, or leave it out" }];
    }
    if (!isIstiod(release)) return [];
    const field = istiodValue(release, "global", "configValidation");
    if (!isOff(field.value)) return [];
    const problem = `is ${JSON.stringify(field.value)}, so nothing validates objects`;
    return [{ field, problem, cure: "Leave it out" }];
  },
});
