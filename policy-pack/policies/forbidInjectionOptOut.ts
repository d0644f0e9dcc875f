import { nist, resourcePolicy, type Violation } from "../policy";
import { consolesOf } from "../reading/console";
import { type Field, leaves } from "../reading/field";
import { isIstiod, istiodValue } from "../reading/release";
import { isHelmRelease } from "../reading/resource";
import { INJECT, isWorkload, podOf } from "../reading/workload";

/** Annotations that keep all of a pod's traffic from its sidecar, by the values with which they do. */
const EMPTYING: readonly [annotation: string, value: RegExp, effect: string][] = [
  ["sidecar.istio.io/interceptionMode", /^NONE$/, "the sidecar sees no traffic"],
  ["traffic.sidecar.istio.io/includeInboundPorts", /^\s*$/, "the sidecar sees no inbound traffic"],
  ["traffic.sidecar.istio.io/includeOutboundIPRanges", /^\s*$/, "the sidecar sees no outbound traffic"],
  [
    "traffic.sidecar.istio.io/excludeOutboundIPRanges",
    /(^|,)\s*(\*|0\.0\.0\.0\/0)\s*(,|$)/,
    "the sidecar sees no outbound traffic",
  ],
];

/**
 * One line in a pod takes it out of the mesh, whatever its namespace says.
 * https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/#controlling-the-injection-policy
 */
export const forbidInjectionOptOut = resourcePolicy({
  name: "forbid-injection-opt-out",
  displayName: "No workload opts out",
  description:
    "No pod refuses its sidecar or keeps all traffic from it, no console's chart is told to make such pods, and istiod refuses none.",
  severity: "high",
  framework: nist("SC-7", "Boundary protection"),
  tags: ["istio", "security", "injection"],
  remediationSteps:
    `Remove ${INJECT}: "false" and the annotations that keep traffic from the sidecar. Put workloads that cannot be in the mesh ` +
    "into a namespace of their own.",
  url: "https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/#controlling-the-injection-policy",
  settings: {},
  appliesTo: (type) => isWorkload(type) || isHelmRelease(type),
  judge(resource) {
    if (isWorkload(resource.type)) {
      const metadata = podOf(resource).at("metadata");
      return [
        ...judgeLabel(metadata.at("labels", INJECT)),
        ...judgeLabel(metadata.at("annotations", INJECT)),
        ...EMPTYING.flatMap(([annotation]) => judgeAnnotation(metadata.at("annotations", annotation))),
      ];
    }
    // Each chart has a place of its own for what its pods are given; these keys mean the same in all of them.
    if (consolesOf(resource).length > 0) {
      return leaves(resource.fields.at("values")).flatMap((field) => [
        ...(field.key === INJECT ? judgeLabel(field) : []),
        ...judgeAnnotation(field),
      ]);
    }
    if (!isIstiod(resource)) return [];
    const field = istiodValue(resource, "sidecarInjectorWebhook", "neverInjectSelector");
    if (field.children().length === 0) return [];
    return [{ field, problem: "keeps pods out of the mesh", cure: "Leave it out" }];
  },
});

function judgeLabel(field: Field): Violation[] {
  if (String(field.value) !== "false") return [];
  return [{ field, problem: "is false, so the pod gets no sidecar", cure: "Remove it" }];
}

function judgeAnnotation(field: Field): Violation[] {
  return EMPTYING.filter(([annotation]) => annotation === field.key).flatMap(([, value, effect]) =>
    typeof field.value === "string" && value.test(field.value)
      ? [{ field, problem: `is "${field.value}", so ${effect}`, cure: "Remove it" }]
      : [],
  );
}
