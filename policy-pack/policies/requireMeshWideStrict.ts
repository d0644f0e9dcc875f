import { nist, stackPolicy } from "../policy";
import { UNKNOWN } from "../reading/field";
import { isIstiod } from "../reading/release";
import { isIstio, isPeerAuthentication, type KubernetesResource, undecided } from "../reading/resource";
import { rootNamespace, rootNamespaces } from "../reading/rootNamespace";
import { holds, isEmpty } from "../reading/verdict";

/**
 * Nothing encrypts a mesh by default: without this object, every sidecar also accepts plaintext.
 * https://istio.io/latest/docs/reference/config/security/peer_authentication/
 */
export const requireMeshWideStrict = stackPolicy({
  name: "require-mesh-wide-strict",
  displayName: "Mesh-wide STRICT mTLS",
  description:
    "The mesh's root namespace has a PeerAuthentication without a selector and with mTLS mode STRICT.",
  severity: "critical",
  framework: nist("SC-8(1)", "Transmission confidentiality and integrity: cryptographic protection"),
  tags: ["istio", "security", "mtls"],
  remediationSteps:
    "Add a security.istio.io/v1 PeerAuthentication named default to the root namespace (istio-system unless " +
    "meshConfig.rootNamespace says otherwise), without spec.selector and with spec.mtls.mode STRICT.",
  url: "https://istio.io/latest/docs/tasks/security/authentication/mtls-migration/#lock-down-mutual-tls-for-the-entire-mesh",
  settings: {
    rootNamespace,
    requiredIn: {
      type: "string",
      enum: ["meshes", "control-planes"],
      description:
        "meshes: each stack with an istiod release or any Istio object must have the PeerAuthentication. " +
        "control-planes: only a stack with an istiod release, for organizations that install the mesh in a stack of its own.",
      default: "meshes",
    },
  },
  appliesTo(stack, { requiredIn }) {
    if (stack.some(isIstiod)) return true;
    if (requiredIn === "control-planes") return "The stack has no istiod release";
    return stack.some(({ type }) => isIstio(type)) || "The stack has no istiod release and no Istio object";
  },
  *judge(stack, settings) {
    for (const root of rootNamespaces(stack, settings.rootNamespace)) {
      const candidates = stack.filter(({ type }) => isPeerAuthentication(type) && !type.patch);
      const verdicts = candidates.map((candidate) => ({ candidate, verdict: isStrictFor(root, candidate) }));
      if (verdicts.some(({ verdict }) => verdict === true)) continue;
      const open = verdicts.filter(({ verdict }) => verdict === UNKNOWN).map(({ candidate }) => candidate);
      if (open.length > 0) throw undecided(open);
      yield {
        subject: { namespace: root, name: "default", labels: {} },
        message:
          `The mesh's root namespace ${root} has no PeerAuthentication without spec.selector and with spec.mtls.mode ` +
          `STRICT, so sidecars accept plaintext. Add one, named default.`,
      };
    }
  },
});

/** Whether this PeerAuthentication makes the mesh STRICT; unknown if that hangs on unknown values alone. */
function isStrictFor(root: string, { fields }: KubernetesResource): boolean | typeof UNKNOWN {
  return holds([
    [fields.at("metadata", "namespace"), (namespace) => namespace === root],
    // A selector without labels selects every workload, as no selector does.
    [fields.at("spec", "selector", "matchLabels"), isEmpty],
    [fields.at("spec", "mtls", "mode"), (mode) => mode === "STRICT"],
  ]);
}
