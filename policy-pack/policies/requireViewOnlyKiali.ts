import { environment, environmentOf } from "../environment";
import { type Message, nist, resourcePolicy } from "../policy";
import { consolesOf } from "../reading/console";
import { UNKNOWN } from "../reading/field";
import { isHelmRelease } from "../reading/resource";

/** The texts of this policy's violations. */
export const messages = {
  notSet: (): Message => ({ problem: `is not set, ${EFFECT}`, fix: "Set it to true" }),
  notTrue: (): Message => ({ problem: `is not true, ${EFFECT}`, fix: "Set it to true" }),
};

const EFFECT = "so users of Kiali can change the mesh outside its program";

/**
 * Changes in Kiali are not in the program and not judged by policies. The next update may revert them or fail.
 * https://kiali.io/docs/configuration/kialis.kiali.io/#.spec.deployment.view_only_mode
 */
export const requireViewOnlyKiali = resourcePolicy({
  name: "require-view-only-kiali",
  displayName: "Kiali is read-only",
  description: "In prod and staging, Kiali does not change objects of the mesh.",
  severity: "medium",
  framework: nist("CM-5", "Access restrictions for change"),
  tags: ["istio", "observability", "change"],
  remediationSteps: "Set deployment.view_only_mode of Kiali to true, and change the mesh in its program.",
  url: "https://kiali.io/docs/configuration/kialis.kiali.io/#.spec.deployment.view_only_mode",
  settings: { environment },
  appliesTo: isHelmRelease,
  judge(release, { environment }) {
    if (environmentOf(environment) === "dev") return [];
    return consolesOf(release)
      .filter(({ name }) => name === "Kiali")
      .map(({ values }) => values.at("deployment", "view_only_mode"))
      .filter(({ value }) => value !== true && value !== UNKNOWN)
      .map((field) => ({ field, ...messages[field.isSet ? "notTrue" : "notSet"]() }));
  },
});
