import { clock } from "../clock";
import { type Setting, words } from "../configuration";
import { minorOf, supportProblems } from "../facts";
import { nist, resourcePolicy, type Violation } from "../policy";
import { istioVersionsOf, type IstioVersionField } from "../reading/istioVersion";
import { isHelmRelease } from "../reading/resource";
import { isWorkload } from "../reading/workload";

/** A version that the organization accepts although it is not supported. */
interface AcceptedVersion {
  /** Exact version, without `v` and without a suffix. */
  readonly version: string;
  /** Why, and who decided. */
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
    "Exact versions that the policy tolerates although they have known holes or are no longer supported, each for a reason.",
  default: [] as AcceptedVersion[],
} satisfies Setting;

/**
 * Only supported versions get fixes of security holes, in Istio and in the Envoy of its proxies. A version is supported
 * by its patch, which has no known hole, and by its date, which is before the end of its minor version's support.
 * https://istio.io/latest/docs/releases/supported-releases/
 */
export const requireSupportedVersions = resourcePolicy({
  name: "require-supported-versions",
  displayName: "Istio is supported",
  description:
    "Istio's charts and images, and the sidecars that pods want, are of a version without known holes whose support has not ended.",
  severity: "high",
  framework: nist("SI-2", "Flaw remediation"),
  tags: ["istio", "versions"],
  remediationSteps:
    "Take the newest patch. Upgrade one minor version at a time: base, then istiod with a revision of its own, then gateways and workloads.",
  url: "https://istio.io/latest/docs/releases/supported-releases/#support-status-of-istio-releases",
  settings: {
    versions: words(
      [],
      "Minor versions of Istio that the organization supports, whatever Istio's dates say. Empty: those that Istio supports.",
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
    const problem = `is ${version}, of a minor version that the organization does not support`;
    return [{ field, problem, cure: `Use ${minors.join(" or ")}` }];
  }
  return supportProblems(version, clock.now())
    .filter(({ level, cause }) => level === "unsupported" && !(cause === "date" && minors.length > 0))
    .map(({ problem, use }) => ({
      field,
      problem: `is ${version}, which ${problem}`,
      cure: `Use ${use}`,
    }));
}
