import { clock } from "../clock";
import { supportProblems } from "../facts";
import { nist, resourcePolicy } from "../policy";
import { istioVersionsOf } from "../reading/istioVersion";
import { isHelmRelease } from "../reading/resource";
import { isWorkload } from "../reading/workload";

/**
 * An upgrade takes weeks, and the end of support is known months before. From 30 days before the end, a preview says so;
 * after it, require-supported-versions refuses the version, and this policy leaves it to that.
 * https://istio.io/latest/docs/releases/supported-releases/
 */
export const flagOutdatedVersions = resourcePolicy({
  name: "flag-outdated-versions",
  displayName: "Istio's upgrade is in time",
  description:
    "Support of the Istio version does not end within 30 days, and no security bulletin is newer than its patch.",
  enforcementLevel: "advisory",
  severity: "medium",
  framework: nist("SI-2", "Flaw remediation"),
  tags: ["istio", "versions"],
  remediationSteps:
    "Take the newest patch. Upgrade one minor version at a time: base, then istiod with a revision of its own, then gateways and workloads.",
  url: "https://istio.io/latest/docs/releases/supported-releases/#support-status-of-istio-releases",
  settings: {},
  appliesTo: (type) => isHelmRelease(type) || isWorkload(type),
  judge: (resource) =>
    istioVersionsOf(resource).flatMap(({ field, version }) => {
      const problems = supportProblems(version, clock.now());
      if (problems.some(({ level }) => level === "unsupported")) return [];
      return problems.map(({ problem, use }) => ({
        field,
        problem: `is ${version}, which ${problem}`,
        cure: `Use ${use}`,
      }));
    }),
});
