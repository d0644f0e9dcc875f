import { nist, stackPolicy } from "../policy";
import { isDryRun } from "../reading/authorizationPolicy";
import { UNKNOWN } from "../reading/field";
import { gatewayNamespaces, isGatewayPod } from "../reading/gateway";
import { meshNamespaces } from "../reading/injection";
import { isAuthorizationPolicy, isNamespace, type KubernetesResource, undecided } from "../reading/resource";
import { rootNamespace, rootNamespaces } from "../reading/rootNamespace";
import { matchLabels, selects, targetRefs } from "../reading/selector";
import { holds, isEmpty } from "../reading/verdict";
import { isWorkload, podOf, requestsSidecar } from "../reading/workload";
import { asText } from "../reading/value";

/** The texts of this policy's violations. */
export const messages = {
  namespace: (name: string) =>
    `Namespace ${name} has no AuthorizationPolicy without spec.selector and spec.rules, so a workload that no other ` +
    `policy selects accepts every request. Add one, named default-deny, with an empty spec.`,
  workload: (title: string) =>
    `${title}: no AuthorizationPolicy with action ALLOW selects its pods, and the stack does not own the namespace, so ` +
    `the workload may accept every request. Add one whose spec.selector selects them.`,
};

/**
 * A workload that no AuthorizationPolicy selects accepts every request. With a default deny, a missing policy denies.
 * https://istio.io/latest/docs/ops/best-practices/security/#use-default-deny-patterns
 */
export const requireDefaultDeny = stackPolicy({
  name: "require-default-deny",
  displayName: "Default deny",
  description:
    "Every namespace of the mesh has a default deny. In a namespace of another stack, an ALLOW policy selects each workload.",
  severity: "critical",
  framework: nist("AC-3", "Access enforcement"),
  tags: ["istio", "security", "authorization"],
  remediationSteps:
    "Add an AuthorizationPolicy with an empty spec to each namespace whose pods get a sidecar, or one to the root namespace. " +
    "Namespaces of gateways, which accept external requests, do not require one. In a namespace that another stack owns, add " +
    "an AuthorizationPolicy with action ALLOW that selects the workload.",
  url: "https://istio.io/latest/docs/ops/best-practices/security/#use-default-deny-patterns",
  settings: { rootNamespace },
  appliesTo: (stack) =>
    meshNamespaces(stack).size > 0 || "The stack has no namespace whose pods get a sidecar",
  *judge(stack, settings) {
    const gateways = gatewayNamespaces(stack);
    const roots = rootNamespaces(stack, settings.rootNamespace);
    const candidates = stack.filter(({ type }) => isAuthorizationPolicy(type) && !type.patch);
    const declared = new Set(stack.filter(({ type }) => isNamespace(type)).map(({ name }) => name));
    const open = new Set<KubernetesResource>();
    for (const [namespace, labels] of meshNamespaces(stack)) {
      if (gateways.has(namespace) || roots.has(namespace)) continue;
      // A policy that was meant as the namespace's default deny, and is none, is not excused by that of the mesh.
      const isMeant = candidates.some((candidate) => isWithoutEffect(candidate, namespace));
      const places = isMeant ? [namespace] : [namespace, ...roots];
      const verdicts = candidates.map((candidate) => ({
        candidate,
        verdict: deniesByDefault(candidate, places),
      }));
      if (verdicts.some(({ verdict }) => verdict === true)) continue;
      const undecidable = verdicts.filter(({ verdict }) => verdict === UNKNOWN);
      for (const { candidate } of undecidable) open.add(candidate);
      if (undecidable.length > 0) continue;
      if (!declared.has(namespace)) {
        // Another stack owns the namespace, so each workload requires its own policy.
        yield* stack
          .filter((one) => one.namespace === namespace && isOpen(one, candidates))
          .map((workload) => ({ subject: workload, message: messages.workload(workload.title) }));
        continue;
      }
      yield { subject: { namespace, name: namespace, labels }, message: messages.namespace(namespace) };
    }
    if (open.size > 0) throw undecided([...open]);
  },
});

/** Whether a workload joins the mesh by its own labels, and no policy with action ALLOW selects it. */
function isOpen(workload: KubernetesResource, policies: readonly KubernetesResource[]): boolean {
  if (!isWorkload(workload.type)) return false;
  const pod = podOf(workload);
  if (requestsSidecar(pod) !== true || isGatewayPod(pod)) return false;
  return !policies.some((policy) => {
    const action = policy.fields.at("spec", "action").peek ?? "ALLOW";
    return (
      policy.namespace === workload.namespace &&
      action === "ALLOW" &&
      !isDryRun(policy) &&
      targetRefs(policy).length === 0 &&
      selects(matchLabels(policy), pod.at("metadata", "labels"))
    );
  });
}

/** Whether a policy has the spec of a default deny, and is a dry run or applies to its targetRefs only. */
function isWithoutEffect(policy: KubernetesResource, namespace: string): boolean {
  const { fields } = policy;
  const has = (key: string): boolean => !isEmpty(fields.at("spec", key).peek);
  const isAllow = (fields.at("spec", "action").peek ?? "ALLOW") === "ALLOW";
  if (policy.namespace !== namespace || !isAllow || has("rules") || has("selector")) return false;
  return isDryRun(policy) || has("targetRef") || has("targetRefs");
}

/** Whether a policy is a default deny: with action ALLOW and without rules, it denies every request that no other allows. */
function deniesByDefault(
  policy: KubernetesResource,
  namespaces: readonly string[],
): boolean | typeof UNKNOWN {
  if (isDryRun(policy)) return false;
  const { fields } = policy;
  return holds([
    [fields.at("metadata", "namespace"), (namespace) => namespaces.includes(asText(namespace))],
    [fields.at("spec", "selector", "matchLabels"), isEmpty],
    [fields.at("spec", "targetRef"), isEmpty],
    [fields.at("spec", "targetRefs"), isEmpty],
    [fields.at("spec", "action"), (action) => action === undefined || action === "ALLOW"],
    [fields.at("spec", "rules"), isEmpty],
  ]);
}
