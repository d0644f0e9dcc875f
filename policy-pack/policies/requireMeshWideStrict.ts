import { stackPolicy, undecided } from "../policy";
import { type Field, UNKNOWN } from "../reading/field";
import { isHelmRelease, isIstio, isPeerAuthentication, type KubernetesResource } from "../reading/resource";

const ISTIO_NAMESPACE = "istio-system";

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
  framework: {
    name: "NIST SP 800-53",
    version: "Rev. 5",
    reference: "SC-8(1)",
    specification: "Transmission confidentiality and integrity: cryptographic protection",
  },
  tags: ["istio", "security", "mtls"],
  remediationSteps:
    "Add a security.istio.io/v1 PeerAuthentication named default to the root namespace (istio-system unless " +
    "meshConfig.rootNamespace says otherwise), without spec.selector and with spec.mtls.mode STRICT.",
  url: "https://istio.io/latest/docs/tasks/security/authentication/mtls-migration/#lock-down-mutual-tls-for-the-entire-mesh",
  settings: {
    rootNamespace: {
      type: "string",
      description:
        "The mesh's root namespace. Empty: as the stack's istiod release has it, or istio-system if the stack has no istiod.",
      default: "",
    },
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
      yield (
        `The mesh's root namespace ${root} has no PeerAuthentication without spec.selector and with spec.mtls.mode ` +
        `STRICT, so sidecars accept plaintext. Add one, named default.`
      );
    }
  },
});

/** Root namespaces of the stack's control planes, each once: revisions of istiod usually share one. */
function rootNamespaces(stack: readonly KubernetesResource[], given: string): Set<string> {
  if (given !== "") return new Set([given]);
  const releases = stack.filter(isIstiod);
  const roots = releases.map((release) => {
    const values = release.fields.at("values");
    const root = [values.at("meshConfig", "rootNamespace"), values.at("global", "istioNamespace")]
      .map((field) => field.value)
      .find((value) => value !== undefined);
    if (root === UNKNOWN) throw undecided([release]);
    return typeof root === "string" ? root : ISTIO_NAMESPACE;
  });
  return new Set(roots.length > 0 ? roots : [ISTIO_NAMESPACE]);
}

/** Whether this PeerAuthentication makes the mesh STRICT; unknown if that hangs on unknown values alone. */
function isStrictFor(root: string, { fields }: KubernetesResource): boolean | typeof UNKNOWN {
  const tests: [Field, (value: unknown) => boolean][] = [
    [fields.at("metadata", "namespace"), (namespace) => namespace === root],
    [fields.at("spec", "selector", "matchLabels"), isEmpty],
    [fields.at("spec", "mtls", "mode"), (mode) => mode === "STRICT"],
  ];
  if (tests.some(([field, passes]) => field.peek !== UNKNOWN && !passes(field.peek))) return false;
  return tests.some(([field]) => field.value === UNKNOWN) ? UNKNOWN : true;
}

/** A selector without labels selects every workload, as no selector does. */
function isEmpty(matchLabels: unknown): boolean {
  return matchLabels === undefined || Object.keys(matchLabels as object).length === 0;
}

/** Whether the resource is a Helm release of Istio's `istiod` chart: by name, URL, archive or path. */
function isIstiod({ type, fields }: KubernetesResource): boolean {
  const chart = fields.at("chart").peek;
  return (
    isHelmRelease(type) && typeof chart === "string" && /(^|\/)(istiod|istio-discovery)(-[^/]*)?$/.test(chart)
  );
}
