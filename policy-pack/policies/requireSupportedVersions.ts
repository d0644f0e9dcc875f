import { words } from "../configuration";
import { nist, resourcePolicy, type Violation } from "../policy";
import type { Field } from "../reading/field";
import { chartOf, chartReference, chartValue, ISTIO_CHARTS } from "../reading/release";
import { isHelmRelease, type KubernetesResource } from "../reading/resource";
import { isWorkload, podOf, proxyImageOf } from "../reading/workload";

/**
 * Only supported versions get fixes of security flaws, in Istio and in the Envoy that it brings.
 * https://istio.io/latest/docs/releases/supported-releases/
 */
export const requireSupportedVersions = resourcePolicy({
  name: "require-supported-versions",
  displayName: "Istio is supported",
  description:
    "Istio's charts and images, and the sidecars that pods want, are of a version that the organization supports.",
  severity: "high",
  framework: nist("SI-2", "Flaw remediation"),
  tags: ["istio", "versions"],
  remediationSteps:
    "Upgrade one minor version at a time: base, then istiod with a revision of its own, then gateways and workloads.",
  url: "https://istio.io/latest/docs/releases/supported-releases/#support-status-of-istio-releases",
  settings: { versions: words(["1.29", "1.30", "1.31"], "Minor versions of Istio that are supported") },
  appliesTo: (type) => isHelmRelease(type) || isWorkload(type),
  judge: (resource, { versions }) =>
    isHelmRelease(resource.type)
      ? judgeRelease(resource, versions)
      : proxyImageOf(podOf(resource)).flatMap((image) => judge(image, image.value, versions)),
});

function judgeRelease(release: KubernetesResource, versions: readonly string[]): Violation[] {
  if (!ISTIO_CHARTS.includes(chartOf(release) ?? "")) return [];
  const { fields } = release;
  const chart = fields.at("chart");
  return [
    ...judge(chart, chartReference(String(chart.peek)).version, versions),
    ...[
      fields.at("version"),
      chartValue(release, "global", "tag"),
      chartValue(release, "tag"),
      chartValue(release, "global", "proxy", "image"),
    ].flatMap((field) => judge(field, field.value, versions)),
  ];
}

function judge(field: Field, version: unknown, versions: readonly string[]): Violation[] {
  // An exact version, alone or as the tag of an image; whether it is exact is another policy's concern.
  const minor = typeof version === "string" ? /(?:^|:)v?(\d+\.\d+)\.\d+[^/]*$/.exec(version)?.[1] : undefined;
  if (minor === undefined || versions.includes(minor)) return [];
  const problem = `is of version ${minor}, which is not supported`;
  return [{ field, problem, cure: `Use ${versions.join(" or ")}` }];
}
