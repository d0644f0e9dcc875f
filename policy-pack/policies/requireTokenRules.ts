import { nist, stackPolicy } from "../policy";
import { actionOf, isDryRun, rulesOf, sourcesOf } from "../reading/authorizationPolicy";
import type { Field } from "../reading/field";
import {
  isAuthorizationPolicy,
  isRequestAuthentication,
  type KubernetesResource,
  undecided,
} from "../reading/resource";
import { rootNamespace, rootNamespaces } from "../reading/rootNamespace";
import { mayOverlap } from "../reading/selector";

/** The texts of this policy's violations. */
export const messages = {
  notRequired: (title: string) =>
    `${title}: no AuthorizationPolicy for the same workloads requires the tokens of spec.jwtRules, so requests without a ` +
    `token are accepted. Add a rule with requestPrincipals, or with a condition on request.auth.claims.`,
};

/**
 * A RequestAuthentication rejects invalid tokens, but accepts requests without a token. Only an AuthorizationPolicy can
 * require one.
 * https://istio.io/latest/docs/concepts/security/#request-authentication
 */
export const requireTokenRules = stackPolicy({
  name: "require-token-rules",
  displayName: "Tokens are required, not only validated",
  description: "For each RequestAuthentication, an AuthorizationPolicy requires the token.",
  severity: "high",
  framework: nist("IA-2", "Identification and authentication (organizational users)"),
  tags: ["istio", "security", "authentication", "jwt"],
  remediationSteps:
    "In an AuthorizationPolicy for the same workloads, set requestPrincipals or a condition on request.auth.claims in the " +
    'rules for end users. Or add a DENY rule with notRequestPrincipals ["*"].',
  url: "https://istio.io/latest/docs/tasks/security/authentication/authn-policy/#require-a-valid-token",
  settings: { rootNamespace },
  appliesTo: (stack) => stack.some(isTokenCheck) || "The stack has no RequestAuthentication with jwtRules",
  *judge(stack, settings) {
    const roots = rootNamespaces(stack, settings.rootNamespace);
    const policies = stack.filter((resource) => isAuthorizationPolicy(resource.type) && !isDryRun(resource));
    const open = new Set<KubernetesResource>();
    for (const check of stack.filter(isTokenCheck)) {
      const backing = policies.filter((policy) => mayOverlap(check, policy, roots));
      if (backing.some(requiresToken)) continue;
      const undecidable = backing.filter(({ unknowns }) => unknowns.size > 0);
      for (const policy of undecidable) open.add(policy);
      if (undecidable.length > 0) continue;
      yield { subject: check, message: messages.notRequired(check.title) };
    }
    if (open.size > 0) throw undecided([...open]);
  },
});

function isTokenCheck({ type, fields }: KubernetesResource): boolean {
  return isRequestAuthentication(type) && !type.patch && fields.at("spec", "jwtRules").isSet;
}

function requiresToken(policy: KubernetesResource): boolean {
  switch (actionOf(policy)) {
    case "ALLOW":
      return rulesOf(policy).some(
        (rule) => lists(sourcesOf(rule), "requestPrincipals") || rule.at("when").children().some(isOnToken),
      );
    case "DENY":
      return rulesOf(policy).some((rule) => lists(sourcesOf(rule), "notRequestPrincipals"));
    default:
      return false;
  }
}

/** Whether every source, which are alternatives, has values for the field. */
function lists(sources: readonly Field[], key: string): boolean {
  return sources.length > 0 && sources.every((source) => source.at(key).children().length > 0);
}

/** Whether a condition is on a token, which only a request with a valid token meets. */
function isOnToken(condition: Field): boolean {
  const key = condition.at("key").value;
  return (
    typeof key === "string" && key.startsWith("request.auth.") && condition.at("values").children().length > 0
  );
}
