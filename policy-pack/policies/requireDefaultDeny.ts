import { nist, stackPolicy } from "../policy";
import { isDryRun } from "../reading/authorizationPolicy";
import { UNKNOWN } from "../reading/field";
import { meshNamespaces } from "../reading/injection";
import { isGatewayRelease } from "../reading/release";
import { isAuthorizationPolicy, type KubernetesResource, undecided } from "../reading/resource";
import { rootNamespace, rootNamespaces } from "../reading/rootNamespace";
import { holds, isEmpty } from "../reading/verdict";

/**
 * A workload that no AuthorizationPolicy selects admits everyone, so a forgotten policy opens it.
 * https://istio.io/latest/docs/ops/best-practices/security/#use-default-deny-patterns
 */
export const requireDefaultDeny = stackPolicy({
  name: "require-default-deny",
  displayName: "Default deny",
  description: "Every namespace of the mesh denies what no rule allows.",
  severity: "critical",
  framework: nist("AC-3", "Access enforcement"),
  tags: ["istio", "security", "authorization"],
  remediationSteps:
    "Add an AuthorizationPolicy with an empty spec to each namespace whose pods get a sidecar, or one for all to the root " +
    "namespace. Namespaces of gateways, which admit the outside world, may do without.",
  url: "https://istio.io/latest/docs/ops/best-practices/security/#use-default-deny-patterns",
  settings: { rootNamespace },
  appliesTo: (stack) =>
    meshNamespaces(stack).size > 0 || "The stack has no namespace whose pods get a sidecar",
  *judge(stack, settings) {
    const gateways = new Set(stack.filter(isGatewayRelease).map(({ namespace }) => namespace));
    const roots = rootNamespaces(stack, settings.rootNamespace);
    const candidates = stack.filter(({ type }) => isAuthorizationPolicy(type) && !type.patch);
    const open = new Set<KubernetesResource>();
    for (const [namespace, labels] of meshNamespaces(stack)) {
      if (gateways.has(namespace) || roots.has(namespace)) continue;
      const verdicts = candidates.map((candidate) => ({
        candidate,
        verdict: deniesByDefault(candidate, [namespace, ...roots]),
      }));
      if (verdicts.some(({ verdict }) => verdict === true)) continue;
      const undecidable = verdicts.filter(({ verdict }) => verdict === UNKNOWN);
      for (const { candidate } of undecidable) open.add(candidate);
      if (undecidable.length > 0) continue;
      yield {
        subject: { namespace, name: namespace, labels },
        message:
          `Namespace ${namespace} has no AuthorizationPolicy without spec.selector and spec.rules, so a workload that no ` +
          `other policy selects admits everyone. Add one, named default-deny, with an empty spec.`,
      };
    }
    if (open.size > 0) throw undecided([...open]);
  },
});

/** A policy of action ALLOW without rules allows nothing, and its being there denies what no other policy allows. */
function deniesByDefault(
  policy: KubernetesResource,
  namespaces: readonly string[],
): boolean | typeof UNKNOWN {
  if (isDryRun(policy)) return false;
  const { fields } = policy;
  return holds([
    [fields.at("metadata", "namespace"), (namespace) => namespaces.includes(String(namespace))],
    [fields.at("spec", "selector", "matchLabels"), isEmpty],
    [fields.at("spec", "targetRef"), isEmpty],
    [fields.at("spec", "targetRefs"), isEmpty],
    [fields.at("spec", "action"), (action) => action === undefined || action === "ALLOW"],
    [fields.at("spec", "rules"), isEmpty],
  ]);
}
