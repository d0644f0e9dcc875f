import { type Message, nist, resourcePolicy, type Violation } from "../policy";
import { isOff } from "../reading/boolean";
import { chartOf, chartValue, isIstiod, istiodValue } from "../reading/release";
import { isHelmRelease } from "../reading/resource";

/** The texts of this policy's violations. */
export const messages = {
  noDefaultRevision: (): Message => ({
    problem: "is empty, so objects without a revision label are not validated",
    fix: "Set it to the revision that validates them, or remove it",
  }),
  off: (value: unknown): Message => ({
    problem: `is ${JSON.stringify(value)}, so Istio's objects are not validated`,
    fix: "Remove it",
  }),
};

/**
 * istiod rejects invalid objects with a webhook. Without the webhook the API server stores them, and proxies silently
 * keep the last valid configuration.
 * https://istio.io/latest/docs/ops/common-problems/validation/
 */
export const requireConfigValidation = resourcePolicy({
  name: "require-config-validation",
  displayName: "istiod validates every object",
  description:
    "The webhook that validates Istio's objects is installed, also for objects without a revision label.",
  severity: "high",
  framework: nist("SI-10", "Information input validation"),
  tags: ["istio", "control-plane"],
  remediationSteps:
    "Remove global.configValidation from istiod's values. Set defaultRevision of the chart base to the revision that " +
    "validates objects without a label, or remove it.",
  url: "https://istio.io/latest/docs/ops/common-problems/validation/",
  settings: {},
  appliesTo: isHelmRelease,
  judge(release): Violation[] {
    if (chartOf(release) === "base") {
      const field = chartValue(release, "defaultRevision");
      return field.value === "" ? [{ field, ...messages.noDefaultRevision() }] : [];
    }
    if (!isIstiod(release)) return [];
    const field = istiodValue(release, "global", "configValidation");
    return isOff(field.value) ? [{ field, ...messages.off(field.value) }] : [];
  },
});
