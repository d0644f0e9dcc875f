import type { Setting } from "../configuration";
import { nist, stackPolicy, type StackViolation, textOf } from "../policy";
import { consolesOf } from "../reading/console";
import { leaves } from "../reading/field";
import { isManagedGateway } from "../reading/gateway";
import { dataPlaneOf, getsSidecar } from "../reading/injection";
import { isIstio, isNamespace, type KubernetesResource, undecided } from "../reading/resource";
import { isWorkload, podOf } from "../reading/workload";
import { asText } from "../reading/value";

/** The texts of this policy's violations. */
export const messages = {
  twoLabels: (title: string) =>
    `${title}: metadata.labels has both istio-injection and istio.io/rev, and Istio ignores istio.io/rev. Remove one of ` +
    `them.`,
  notJoined: (title: string, workloads: string) =>
    `${title}: metadata.labels has no label of the mesh, so no proxy secures ${workloads}. Set istio-injection to enabled.`,
  disabled: (title: string, workloads: string) =>
    `${title}: metadata.labels["istio-injection"] is disabled although the namespace has Istio objects, so no proxy ` +
    `secures ${workloads}. Set istio-injection to enabled.`,
  outside: (title: string, wanted: string) =>
    `${title}: metadata.labels["istio-injection"] is disabled, and the setting dataPlane requires ${wanted}. Remove the ` +
    `label, or exclude the namespace with excludeFor.`,
  dataPlane: (title: string, actual: string, wanted: string) =>
    `${title}: metadata.labels selects the data plane ${actual}. Use ${wanted}.`,
  hostNetwork: (title: string, path: string) =>
    textOf(title, path, { problem: "is true, so the pod gets no sidecar", fix: "Remove it" }),
};

/**
 * Without a proxy, neither mTLS nor authorization nor limits apply to a workload, and nothing reports that.
 * https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/
 */
export const requireInjection = stackPolicy({
  name: "require-injection",
  displayName: "Workloads are in the mesh",
  description:
    "Namespaces with workloads have exactly one label by which pods join the mesh, and every workload joins. So do consoles " +
    "whose namespace has Istio objects.",
  severity: "high",
  framework: nist("SC-7", "Boundary protection"),
  tags: ["istio", "security", "injection"],
  remediationSteps:
    "Label the namespace with istio-injection: enabled, istio.io/rev: <revision>, or istio.io/dataplane-mode: ambient, but " +
    "only with one of these. Label a namespace outside the mesh with istio-injection: disabled, and add no Istio objects.",
  url: "https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/#automatic-sidecar-injection",
  settings: {
    dataPlane: {
      type: "string",
      enum: ["any", "sidecar", "ambient"],
      description: "How workloads join the mesh: with a sidecar, in ambient mode, or in any of these ways",
      default: "any",
    } satisfies Setting,
  },
  appliesTo: (stack) => stack.some(({ type }) => isNamespace(type)) || "The stack has no namespace",
  *judge(stack, { dataPlane }) {
    const open: KubernetesResource[] = [];
    for (const namespace of stack.filter(({ type }) => isNamespace(type) && !type.patch)) {
      const own = stack.filter((resource) => resource.namespace === namespace.name);
      const workloads = own.filter(({ type }) => isWorkload(type));
      yield* judgeLabels(namespace);
      const consoles = consolesInMesh(own);
      if (workloads.length + consoles.length === 0) continue;
      // An unknown label may put the namespace in the mesh.
      if (hasUnknownLabels(namespace)) open.push(namespace);
      else yield* judgeNamespace(namespace, own, workloads, consoles, dataPlane);
    }
    if (open.length > 0) throw undecided(open);
  },
});

function judgeLabels(namespace: KubernetesResource): StackViolation[] {
  const { labels, title } = namespace;
  if (labels["istio-injection"] === undefined || labels["istio.io/rev"] === undefined) return [];
  return [{ subject: namespace, message: messages.twoLabels(title) }];
}

/**
 * Releases of consoles whose namespace has Istio objects, which only apply to pods with a proxy. Other consoles are
 * outside the mesh.
 */
function consolesInMesh(own: readonly KubernetesResource[]): KubernetesResource[] {
  if (!own.some(({ type }) => isIstio(type))) return [];
  return own.filter((resource) => consolesOf(resource).length > 0 && !requestsSidecar(resource));
}

/** Whether a release's values set the label by which its pods request a sidecar. */
function requestsSidecar({ fields }: KubernetesResource): boolean {
  return leaves(fields.at("values")).some(
    ({ key, value }) => key === "sidecar.istio.io/inject" && asText(value) === "true",
  );
}

function* judgeNamespace(
  namespace: KubernetesResource,
  own: readonly KubernetesResource[],
  workloads: readonly KubernetesResource[],
  consoles: readonly KubernetesResource[],
  wanted: string,
): Iterable<StackViolation> {
  const { labels, title } = namespace;
  const joins = dataPlaneOf(labels);
  const pods = workloads.filter(
    (workload) => getsSidecar(podOf(workload), namespace) !== true && !isManagedGateway(podOf(workload)),
  );
  const outside = [...pods, ...consoles];
  if (joins === undefined) {
    const deliberate = labels["istio-injection"] === "disabled" && !own.some(({ type }) => isIstio(type));
    if (outside.length === 0) return;
    if (deliberate) {
      if (wanted !== "any") yield { subject: namespace, message: messages.outside(title, wanted) };
      return;
    }
    const titles = outside.map((workload) => workload.title).join(", ");
    const text = labels["istio-injection"] === "disabled" ? messages.disabled : messages.notJoined;
    yield { subject: namespace, message: text(title, titles) };
    return;
  }
  if (wanted !== "any" && joins !== wanted) {
    yield { subject: namespace, message: messages.dataPlane(title, joins, wanted) };
  }
  for (const workload of workloads) {
    const field = podOf(workload).at("spec", "hostNetwork");
    if (joins !== "sidecar" || field.value !== true) continue;
    yield { subject: workload, message: messages.hostNetwork(workload.title, field.path) };
  }
}

function hasUnknownLabels({ fields, labels }: KubernetesResource): boolean {
  const field = fields.at("metadata", "labels");
  return (
    typeof field.value === "symbol" ||
    ["istio-injection", "istio.io/rev", "istio.io/dataplane-mode"].some(
      (label) => typeof labels[label] === "symbol" && typeof field.at(label).value === "symbol",
    )
  );
}
