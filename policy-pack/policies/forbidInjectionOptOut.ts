import { type Message, nist, resourcePolicy, type Violation } from "../policy";
import { type Field, leaves, UNKNOWN } from "../reading/field";
import { isManagedGateway } from "../reading/gateway";
import { markedOptOut, meshOptOuts, type OptOut, podOptOuts } from "../reading/optOut";
import { chartOf, ISTIO_CHARTS, isIstiod, istiodValue } from "../reading/release";
import { isHelmRelease, isNamespace, type KubernetesResource } from "../reading/resource";
import { INJECT, isForeignKind, isWorkload, podOf } from "../reading/workload";
import { asText } from "../reading/value";

/** The texts of this policy's violations. */
export const messages = {
  noSidecar: (): Message => ({ problem: "is false, so the pod gets no sidecar", fix: "Remove it" }),
  optOut: (setting: string, effect: string): Message => ({
    problem: `${setting}, so ${effect}`,
    fix: "Remove it",
  }),
  namespace: (value: string): Message => ({
    problem: `is ${value}, so pods of the namespace are not in the mesh`,
    fix: "Remove the label, or change the Namespace itself",
  }),
  neverInject: (): Message => ({ problem: "excludes pods from the mesh", fix: "Remove it" }),
};

/**
 * One label or annotation excludes a pod from the mesh, although its namespace is in the mesh.
 * https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/#controlling-the-injection-policy
 */
export const forbidInjectionOptOut = resourcePolicy({
  name: "forbid-injection-opt-out",
  displayName: "No workload opts out of the mesh",
  description:
    "No pod disables its proxy or keeps all traffic from it, no values of a chart do so, and no values of istiod.",
  severity: "high",
  framework: nist("SC-7", "Boundary protection"),
  tags: ["istio", "security", "injection"],
  remediationSteps:
    `Remove ${INJECT}: "false", and every setting that keeps traffic from the proxy. Move workloads that cannot be in the ` +
    "mesh to a separate namespace.",
  url: "https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/#controlling-the-injection-policy",
  settings: {},
  appliesTo: (type) =>
    isWorkload(type) || isHelmRelease(type) || (isNamespace(type) && type.patch) || isForeignKind(type),
  judge(resource) {
    if (isNamespace(resource.type)) return judgeNamespacePatch(resource);
    if (isWorkload(resource.type)) {
      const pod = podOf(resource);
      if (isManagedGateway(pod)) return [];
      const metadata = pod.at("metadata");
      return [
        ...judgeLabel(metadata.at("labels", INJECT)),
        // The label takes precedence over the annotation.
        ...(asText(metadata.at("labels", INJECT).peek) === "true"
          ? []
          : judgeLabel(metadata.at("annotations", INJECT))),
        ...podOptOuts(pod).map(refuse),
      ];
    }
    // Charts and kinds of other projects take the labels and annotations of pods in different places. The keys are the same.
    if (isForeignKind(resource.type)) return judgeLeaves(resource.fields.at("spec"));
    if (!ISTIO_CHARTS.includes(chartOf(resource) ?? "")) return judgeLeaves(resource.fields.at("values"));
    if (!isIstiod(resource)) return [];
    const field = istiodValue(resource, "sidecarInjectorWebhook", "neverInjectSelector");
    return [
      ...meshOptOuts(resource).map(refuse),
      ...(field.children().length > 0 ? [{ field, ...messages.neverInject() }] : []),
    ];
  },
});

function judgeLeaves(place: Field): Violation[] {
  return leaves(place).flatMap((field) => [
    ...(field.key === INJECT ? judgeLabel(field) : []),
    ...markedOptOut(field).map(refuse),
  ]);
}

/** Judges a patch of a Namespace, which require-injection does not judge because the other labels are unknown. */
function judgeNamespacePatch({ fields }: KubernetesResource): Violation[] {
  const labels = fields.at("metadata", "labels");
  const wanted = { "istio-injection": "enabled", "istio.io/dataplane-mode": "ambient" };
  return Object.entries(wanted).flatMap(([label, value]) => {
    const field = labels.at(label);
    if (!field.isSet || field.value === UNKNOWN || field.value === value) return [];
    return [{ field, ...messages.namespace(asText(field.value)) }];
  });
}

function judgeLabel(field: Field): Violation[] {
  return asText(field.value) === "false" ? [{ field, ...messages.noSidecar() }] : [];
}

function refuse({ field, setting, effect }: OptOut): Violation {
  return { field, ...messages.optOut(setting, effect) };
}
