import type { Setting } from "../configuration";
import { nist, stackPolicy, type StackViolation } from "../policy";
import { consolesOf } from "../reading/console";
import { leaves } from "../reading/field";
import { dataPlaneOf, getsSidecar } from "../reading/injection";
import { isIstio, isNamespace, type KubernetesResource, undecided } from "../reading/resource";
import { isWorkload, podOf } from "../reading/workload";

/**
 * Without a proxy, neither mTLS nor authorization nor any limit holds, and nothing says so.
 * https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/
 */
export const requireInjection = stackPolicy({
  name: "require-injection",
  displayName: "Workloads are in the mesh",
  description:
    "Namespaces with workloads say by one label how these join the mesh, and no workload stays outside; no console either, where " +
    "policies of the mesh are to guard it.",
  severity: "high",
  framework: nist("SC-7", "Boundary protection"),
  tags: ["istio", "security", "injection"],
  remediationSteps:
    "Label the namespace istio-injection: enabled, or istio.io/rev: <revision>, or istio.io/dataplane-mode: ambient, but not " +
    "two of these. A namespace that is meant to stay outside says istio-injection: disabled and has no Istio objects.",
  url: "https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/#automatic-sidecar-injection",
  settings: {
    dataPlane: {
      type: "string",
      enum: ["any", "sidecar", "ambient"],
      description: "How workloads join the mesh: by a sidecar, in ambient mode, or in either way",
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
      // Unknown labels may be the right ones.
      if (hasUnknownLabels(namespace)) open.push(namespace);
      else yield* judgeNamespace(namespace, own, workloads, consoles, dataPlane);
    }
    if (open.length > 0) throw undecided(open);
  },
});

function judgeLabels(namespace: KubernetesResource): StackViolation[] {
  const { labels, title } = namespace;
  if (labels["istio-injection"] === undefined || labels["istio.io/rev"] === undefined) return [];
  const message =
    `${title}: metadata.labels has both istio-injection and istio.io/rev, of which only the first counts. ` +
    `Remove one of them.`;
  return [{ subject: namespace, message }];
}

/**
 * Releases of consoles whose namespace has Istio objects, which guard them by their proxies only. Elsewhere a console is
 * nobody's business in the mesh.
 */
function consolesInMesh(own: readonly KubernetesResource[]): KubernetesResource[] {
  if (!own.some(({ type }) => isIstio(type))) return [];
  return own.filter((resource) => consolesOf(resource).length > 0 && !asksByItself(resource));
}

/** Whether a release's values give its pods the label by which they join by themselves. */
function asksByItself({ fields }: KubernetesResource): boolean {
  return leaves(fields.at("values")).some(
    ({ key, value }) => key === "sidecar.istio.io/inject" && String(value) === "true",
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
  const pods = workloads.filter((workload) => getsSidecar(podOf(workload), namespace) !== true);
  const outside = [...pods, ...consoles];
  if (joins === undefined) {
    const deliberate = labels["istio-injection"] === "disabled" && !own.some(({ type }) => isIstio(type));
    if (deliberate || outside.length === 0) return;
    const problem =
      labels["istio-injection"] === "disabled"
        ? `metadata.labels["istio-injection"] is disabled though the namespace has Istio objects`
        : `metadata.labels says nothing of the mesh`;
    const titles = outside.map((workload) => workload.title).join(", ");
    const message = `${title}: ${problem}, so no proxy guards ${titles}. Set istio-injection to enabled.`;
    yield { subject: namespace, message };
    return;
  }
  if (wanted !== "any" && joins !== wanted) {
    const message = `${title}: metadata.labels puts the namespace in the mesh by ${joins}. Join it by ${wanted}.`;
    yield { subject: namespace, message };
  }
  for (const workload of workloads) {
    const field = podOf(workload).at("spec", "hostNetwork");
    if (joins !== "sidecar" || field.value !== true) continue;
    const message = `${workload.title}: ${field.path} is true, so the pod gets no sidecar. Leave it out.`;
    yield { subject: workload, message };
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
