import { clock } from "../clock";
import { type Setting, words } from "../configuration";
import { minorOf, supportProblems, type SupportProblem } from "../facts";
import { type Message, nist, resourcePolicy, type Violation } from "../policy";
import { istioVersionsOf, type IstioVersionField } from "../reading/istioVersion";
import { isHelmRelease } from "../reading/resource";
import { isWorkload } from "../reading/workload";

/** A version that the organization accepts although Istio does not support it. */
interface AcceptedVersion {
  /** The exact version, without `v` and without a suffix. */
  readonly version: string;
  /** The reason, and the person who decided. */
  readonly reason: string;
}

const accepted = {
  type: "array",
  items: {
    type: "object",
    properties: {
      version: { type: "string", pattern: "^\\d+\\.\\d+\\.\\d+$" },
      reason: { type: "string", minLength: 10 },
    },
    required: ["version", "reason"],
    additionalProperties: false,
  },
  description:
    "Exact versions that the policy accepts although they have known vulnerabilities or are no longer supported, each with a " +
    "reason.",
  default: [] as AcceptedVersion[],
} satisfies Setting;

/** The texts of this policy's violations. */
export const messages = {
  unsupported: (version: string, { problem, use }: Pick<SupportProblem, "problem" | "use">): Message => ({
    problem: `is ${version}, which ${problem}`,
    fix: `Use ${use}`,
  }),
  otherMinor: (version: string, minors: readonly string[]): Message => ({
    problem: `is ${version}, whose minor version the organization does not support`,
    fix: `Use ${minors.join(" or ")}`,
  }),
};

/**
 * Only supported versions get security fixes for Istio and its Envoy. A version is supported if its patch has no known
 * vulnerability and the support of its minor version has not ended.
 * https://istio.io/latest/docs/releases/supported-releases/
 */
export const requireSupportedVersions = resourcePolicy({
  name: "require-supported-versions",
  displayName: "Istio is supported",
  description:
    "Istio's charts and images, and the sidecar images that pods request, have a supported version without known " +
    "vulnerabilities.",
  severity: "high",
  framework: nist("SI-2", "Flaw remediation"),
  tags: ["istio", "versions"],
  remediationSteps:
    "Use the newest patch. Upgrade one minor version at a time: base, then istiod with its own revision, then gateways and " +
    "workloads.",
  url: "https://istio.io/latest/docs/releases/supported-releases/#support-status-of-istio-releases",
  judgesNodeAgents: true,
  settings: {
    versions: words(
      [],
      "Minor versions of Istio that the organization supports, regardless of Istio's dates. Empty: the versions that Istio " +
        "supports.",
    ),
    accepted,
  },
  appliesTo: (type) => isHelmRelease(type) || isWorkload(type),
  judge: (resource, settings) =>
    istioVersionsOf(resource)
      .filter(({ version }) => !settings.accepted.some((one) => one.version === version))
      .flatMap((version) => judge(version, settings.versions)),
});

function judge({ field, version }: IstioVersionField, minors: readonly string[]): Violation[] {
  const minor = minorOf(version) ?? "";
  if (minors.length > 0 && !minors.includes(minor)) {
    return [{ field, ...messages.otherMinor(version, minors) }];
  }
  return supportProblems(version, clock.now())
    .filter(({ level, cause }) => level === "unsupported" && !(cause === "date" && minors.length > 0))
    .map((problem) => ({ field, ...messages.unsupported(version, problem) }));
}
