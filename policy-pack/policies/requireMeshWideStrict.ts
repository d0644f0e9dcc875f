import { nist, stackPolicy, type StackViolation } from "../policy";
import { UNKNOWN } from "../reading/field";
import { gatewayNamespaces, isGatewayPod } from "../reading/gateway";
import { meshNamespaces } from "../reading/injection";
import { modesFor } from "../reading/peerAuthentication";
import { isIstiod } from "../reading/release";
import { isNamespace, isPeerAuthentication, type KubernetesResource, undecided } from "../reading/resource";
import { rootNamespace, rootNamespaces } from "../reading/rootNamespace";
import { holds, isEmpty } from "../reading/verdict";
import { isWorkload, podOf, requestsSidecar } from "../reading/workload";

/** The texts of this policy's violations. */
export const messages = {
  mesh: (root: string) =>
    `The mesh's root namespace ${root} has no PeerAuthentication without spec.selector and with spec.mtls.mode STRICT, ` +
    `so sidecars accept plaintext. Add one, named default.`,
  namespace: (name: string) =>
    `Namespace ${name} has no PeerAuthentication without spec.selector and with spec.mtls.mode STRICT, and the stack has ` +
    `none for the whole mesh, so sidecars may accept plaintext. Add one, named default.`,
  workload: (title: string) =>
    `${title}: no PeerAuthentication with spec.mtls.mode STRICT selects its pods, and the stack does not own the ` +
    `namespace, so the sidecar may accept plaintext. Add one whose spec.selector selects them.`,
};

/**
 * By default every sidecar also accepts plaintext. A mesh-wide PeerAuthentication with mode STRICT changes that. It
 * belongs to the stack that installs the control plane; other stacks can be STRICT in their own namespaces.
 * https://istio.io/latest/docs/reference/config/security/peer_authentication/
 */
export const requireMeshWideStrict = stackPolicy({
  name: "require-mesh-wide-strict",
  displayName: "Mesh-wide STRICT mTLS",
  description:
    "The mesh's root namespace has a PeerAuthentication without a selector and with mTLS mode STRICT. In a stack without a " +
    "control plane, each of its own namespaces may have one instead.",
  severity: "critical",
  framework: nist("SC-8(1)", "Transmission confidentiality and integrity: cryptographic protection"),
  tags: ["istio", "security", "mtls"],
  remediationSteps:
    "In the stack of the control plane, add a security.istio.io/v1 PeerAuthentication named default to the root " +
    "namespace, without spec.selector and with spec.mtls.mode STRICT. The root namespace is istio-system unless " +
    "meshConfig.rootNamespace is set. In a stack without a control plane, add one to each of its namespaces.",
  url: "https://istio.io/latest/docs/tasks/security/authentication/mtls-migration/#lock-down-mutual-tls-for-the-entire-mesh",
  settings: {
    rootNamespace,
    requiredIn: {
      type: "string",
      enum: ["meshes", "control-planes"],
      description:
        "meshes: a stack with an istiod release must have the PeerAuthentication. A stack with pods of a mesh that " +
        "another stack installs must be STRICT in its own namespaces. control-planes: only stacks with an istiod " +
        "release are judged.",
      default: "meshes",
    },
  },
  appliesTo(stack, { requiredIn }) {
    if (stack.some(isIstiod)) return true;
    if (requiredIn === "control-planes") return "The stack has no istiod release";
    return (
      meshNamespaces(stack).size > 0 ||
      "The stack has no istiod release and no namespace whose pods get a sidecar"
    );
  },
  *judge(stack, settings) {
    for (const root of rootNamespaces(stack, settings.rootNamespace)) {
      const verdict = isStrict(root, stack);
      if (verdict.strict) continue;
      if (stack.some(isIstiod)) {
        if (verdict.open.length > 0) throw undecided(verdict.open);
        yield {
          subject: { namespace: root, name: "default", labels: {} },
          message: messages.mesh(root),
        };
      } else {
        yield* judgeNamespaces(stack, root, verdict.open);
      }
    }
  },
});

/** Judges the namespaces of a stack whose mesh another stack installs. */
function* judgeNamespaces(
  stack: readonly KubernetesResource[],
  root: string,
  open: readonly KubernetesResource[],
): Iterable<StackViolation> {
  const declared = new Set(stack.filter(({ type }) => isNamespace(type)).map(({ name }) => name));
  const gateways = gatewayNamespaces(stack);
  const authentications = stack.filter(({ type }) => isPeerAuthentication(type) && !type.patch);
  const undecidable = new Set(open);
  for (const [namespace, labels] of meshNamespaces(stack)) {
    if (namespace === root || (gateways.has(namespace) && !hasApplication(namespace, stack))) continue;
    const verdict = isStrict(namespace, stack);
    if (verdict.strict) continue;
    // An unknown value may make the namespace STRICT.
    for (const one of verdict.open) undecidable.add(one);
    if (undecidable.size > 0) continue;
    if (declared.has(namespace)) {
      yield { subject: { namespace, name: namespace, labels }, message: messages.namespace(namespace) };
      continue;
    }
    // Another stack owns the namespace, so each workload requires its own PeerAuthentication.
    for (const workload of stack) {
      if (workload.namespace !== namespace || !isWorkload(workload.type)) continue;
      const pod = podOf(workload);
      if (requestsSidecar(pod) !== true || isGatewayPod(pod)) continue;
      if (modesFor(workload, authentications, new Set([root])).every((mode) => mode === "STRICT")) continue;
      yield { subject: workload, message: messages.workload(workload.title) };
    }
  }
  if (undecidable.size > 0) throw undecided([...undecidable]);
}

/** Whether a namespace has pods that are more than a gateway. */
function hasApplication(namespace: string, stack: readonly KubernetesResource[]): boolean {
  return stack.some(
    (one) => one.namespace === namespace && isWorkload(one.type) && !isGatewayPod(podOf(one)),
  );
}

/** Whether a namespace, or the mesh by its root namespace, is STRICT, and the objects with unknown values that decide it. */
function isStrict(
  namespace: string,
  stack: readonly KubernetesResource[],
): { strict: boolean; open: KubernetesResource[] } {
  const verdicts = stack
    .filter(({ type }) => isPeerAuthentication(type) && !type.patch)
    .map((candidate) => ({ candidate, verdict: isStrictFor(namespace, candidate) }));
  return {
    strict: verdicts.some(({ verdict }) => verdict === true),
    open: verdicts.filter(({ verdict }) => verdict === UNKNOWN).map(({ candidate }) => candidate),
  };
}

/** Whether this PeerAuthentication makes the whole namespace STRICT. UNKNOWN if only unknown values decide that. */
function isStrictFor(wanted: string, { fields }: KubernetesResource): boolean | typeof UNKNOWN {
  return holds([
    [fields.at("metadata", "namespace"), (namespace) => namespace === wanted],
    // A selector without labels selects every workload, as a missing selector does.
    [fields.at("spec", "selector", "matchLabels"), isEmpty],
    [fields.at("spec", "mtls", "mode"), (mode) => mode === "STRICT"],
  ]);
}
