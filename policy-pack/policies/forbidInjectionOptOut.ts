import { nist, resourcePolicy, type Violation } from "../policy";
import { consolesOf } from "../reading/console";
import { type Field, leaves } from "../reading/field";
import { markedOptOut, meshOptOuts, type OptOut, podOptOuts } from "../reading/optOut";
import { isIstiod, istiodValue } from "../reading/release";
import { isHelmRelease } from "../reading/resource";
import { INJECT, isWorkload, podOf } from "../reading/workload";

/**
 * One line in a pod takes it out of the mesh, whatever its namespace says.
 * https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/#controlling-the-injection-policy
 */
export const forbidInjectionOptOut = resourcePolicy({
  name: "forbid-injection-opt-out",
  displayName: "No workload opts out",
  description:
    "No pod refuses its proxy or keeps all traffic from it, no console's chart is told to make such pods, and istiod makes none.",
  severity: "high",
  framework: nist("SC-7", "Boundary protection"),
  tags: ["istio", "security", "injection"],
  remediationSteps:
    `Remove ${INJECT}: "false", and whatever keeps traffic from the proxy. Put workloads that cannot be in the mesh ` +
    "into a namespace of their own.",
  url: "https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/#controlling-the-injection-policy",
  settings: {},
  appliesTo: (type) => isWorkload(type) || isHelmRelease(type),
  judge(resource) {
    if (isWorkload(resource.type)) {
      const pod = podOf(resource);
      const metadata = pod.at("metadata");
      return [
        ...judgeLabel(metadata.at("labels", INJECT)),
        ...judgeLabel(metadata.at("annotations", INJECT)),
        ...podOptOuts(pod).map(refuse),
      ];
    }
    // Each chart has a place of its own for what its pods are given; these keys mean the same in all of them.
    if (consolesOf(resource).length > 0) {
      return leaves(resource.fields.at("values")).flatMap((field) => [
        ...(field.key === INJECT ? judgeLabel(field) : []),
        ...markedOptOut(field).map(refuse),
      ]);
    }
    if (!isIstiod(resource)) return [];
    const field = istiodValue(resource, "sidecarInjectorWebhook", "neverInjectSelector");
    return [
      ...meshOptOuts(resource).map(refuse),
      ...(field.children().length > 0
        ? [{ field, problem: "keeps pods out of the mesh", cure: "Leave it out" }]
        : []),
    ];
  },
});

function judgeLabel(field: Field): Violation[] {
  if (String(field.value) !== "false") return [];
  return [{ field, problem: "is false, so the pod gets no sidecar", cure: "Remove it" }];
}

function refuse({ field, problem }: OptOut): Violation {
  return { field, problem, cure: "Remove it" };
}
