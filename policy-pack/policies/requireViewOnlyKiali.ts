import { environment, environmentOf } from "../environment";
import { nist, resourcePolicy } from "../policy";
import { consolesOf } from "../reading/console";
import { UNKNOWN } from "../reading/field";
import { isHelmRelease } from "../reading/resource";

/**
 * What somebody changes in Kiali no program knows and no policy has judged; the next update may undo it, or trip over it.
 * https://kiali.io/docs/configuration/kialis.kiali.io/#.spec.deployment.view_only_mode
 */
export const requireViewOnlyKiali = resourcePolicy({
  name: "require-view-only-kiali",
  displayName: "Kiali looks and does not touch",
  description: "In prod and staging, Kiali shows the mesh's objects and changes none.",
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
      .map((field) => ({
        field,
        problem: `is ${field.isSet ? "not true" : "not set"}, so whoever signs in changes the mesh past its program`,
        cure: "Set it to true",
      }));
  },
});
