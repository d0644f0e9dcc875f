import { nist, stackPolicy, type StackViolation } from "../policy";
import { isDryRun } from "../reading/authorizationPolicy";
import { UNKNOWN } from "../reading/field";
import { isGatewayPod } from "../reading/gateway";
import { meshNamespaces } from "../reading/injection";
import { isGatewayRelease } from "../reading/release";
import { isAuthorizationPolicy, isNamespace, type KubernetesResource, undecided } from "../reading/resource";
import { rootNamespace, rootNamespaces } from "../reading/rootNamespace";
import { matchLabels, selects } from "../reading/selector";
import { holds, isEmpty } from "../reading/verdict";
import { asksForInjection, isWorkload, podOf } from "../reading/workload";

/**
 * A workload that no AuthorizationPolicy selects admits everyone, so a forgotten policy opens it.
 * https://istio.io/latest/docs/ops/best-practices/security/#use-default-deny-patterns
 */
export const requireDefaultDeny = stackPolicy({
  name: "require-default-deny",
  displayName: "Default deny",
  description:
    "Every namespace of the mesh denies what no rule allows, and so does each workload in a namespace of another stack.",
  severity: "critical",
  framework: nist("AC-3", "Access enforcement"),
  tags: ["istio", "security", "authorization"],
  remediationSteps:
    "Add an AuthorizationPolicy with an empty spec to each namespace whose pods get a sidecar, or one for all to the root " +
    "namespace. Namespaces of gateways, which admit the outside world, may do without. In a namespace that another stack owns, " +
    "add an AuthorizationPolicy with action ALLOW that selects the workload.",
  url: "https://istio.io/latest/docs/ops/best-practices/security/#use-default-deny-patterns",
  settings: { rootNamespace },
  appliesTo: (stack) =>
    meshNamespaces(stack).size > 0 || "The stack has no namespace whose pods get a sidecar",
  *judge(stack, settings) {
    const gateways = new Set(stack.filter(isGatewayRelease).map(({ namespace }) => namespace));
    const roots = rootNamespaces(stack, settings.rootNamespace);
    const candidates = stack.filter(({ type }) => isAuthorizationPolicy(type) && !type.patch);
    const declared = new Set(stack.filter(({ type }) => isNamespace(type)).map(({ name }) => name));
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
      if (!declared.has(namespace)) {
        // Another stack owns the namespace, so each workload needs a policy of its own.
        yield* stack
          .filter((one) => one.namespace === namespace && isOpen(one, candidates))
          .map(openWorkload);
        continue;
      }
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

/** Whether a workload joins the mesh by its own labels, and no policy of action ALLOW selects it. */
function isOpen(workload: KubernetesResource, policies: readonly KubernetesResource[]): boolean {
  if (!isWorkload(workload.type)) return false;
  const pod = podOf(workload);
  if (asksForInjection(pod) !== true || isGatewayPod(pod)) return false;
  return !policies.some((policy) => {
    const action = policy.fields.at("spec", "action").peek ?? "ALLOW";
    return (
      policy.namespace === workload.namespace &&
      action === "ALLOW" &&
      !isDryRun(policy) &&
      matchLabels(policy).children().length > 0 &&
      selects(matchLabels(policy), pod.at("metadata", "labels"))
    );
  });
}

function openWorkload(workload: KubernetesResource): StackViolation {
  return {
    subject: workload,
    message:
      `${workload.title}: no AuthorizationPolicy with action ALLOW selects its pods, and the stack does not own the ` +
      `namespace, so the workload may admit everyone. Add one whose spec.selector selects them.`,
  };
}

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
