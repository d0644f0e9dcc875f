import { clock } from "../clock";
import { supportProblems, type SupportProblem } from "../facts";
import { type Message, nist, resourcePolicy } from "../policy";
import { istioVersionsOf } from "../reading/istioVersion";
import { isHelmRelease } from "../reading/resource";
import { isWorkload } from "../reading/workload";

/** The texts of this policy's violations. */
export const messages = {
  outdated: (version: string, { problem, use }: Pick<SupportProblem, "problem" | "use">): Message => ({
    problem: `is ${version}, which ${problem}`,
    fix: `Use ${use}`,
  }),
};

/**
 * An upgrade takes weeks, and the end of support is published months before. This policy warns from 30 days before the
 * end. After the end, require-supported-versions refuses the version and this policy reports nothing.
 * https://istio.io/latest/docs/releases/supported-releases/
 */
export const flagOutdatedVersions = resourcePolicy({
  name: "flag-outdated-versions",
  displayName: "Istio is upgraded before its support ends",
  description:
    "Support of the Istio version does not end within 30 days, and its patch is not older than a security bulletin.",
  enforcementLevel: "advisory",
  severity: "medium",
  framework: nist("SI-2", "Flaw remediation"),
  tags: ["istio", "versions"],
  remediationSteps:
    "Use the newest patch. Upgrade one minor version at a time: base, then istiod with its own revision, then gateways and " +
    "workloads.",
  url: "https://istio.io/latest/docs/releases/supported-releases/#support-status-of-istio-releases",
  judgesNodeAgents: true,
  settings: {},
  appliesTo: (type) => isHelmRelease(type) || isWorkload(type),
  judge: (resource) =>
    istioVersionsOf(resource).flatMap(({ field, version }) => {
      const problems = supportProblems(version, clock.now());
      if (problems.some(({ level }) => level === "unsupported")) return [];
      return problems.map((problem) => ({ field, ...messages.outdated(version, problem) }));
    }),
});
