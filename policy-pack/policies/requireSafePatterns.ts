import { nist, resourcePolicy, type Violation } from "../policy";
import { actionOf, operationsOf, rulesOf, sourcesOf } from "../reading/authorizationPolicy";
import type { Field } from "../reading/field";
import { isAuthorizationPolicy } from "../reading/resource";

/**
 * Where a rule does not match as its author meant, an ALLOW of what is listed refuses too much, but an ALLOW of what is
 * not listed, like a DENY of what is listed, admits too much.
 * https://istio.io/latest/docs/ops/best-practices/security/#use-allow-with-positive-matching-and-deny-with-negative-match-patterns
 */
export const requireSafePatterns = resourcePolicy({
  name: "require-safe-patterns",
  displayName: "ALLOW lists, DENY excepts",
  description: "ALLOW rules match what is listed, and DENY rules what is not.",
  severity: "high",
  framework: nist("AC-3", "Access enforcement"),
  tags: ["istio", "security", "authorization"],
  remediationSteps:
    "In ALLOW policies, list what is admitted; paths may be left to another rule that lists them. In DENY policies, except what is admitted: notPaths, notMethods, notHosts, " +
    "notPrincipals and the like, at least one in each rule that names hosts, methods or paths.",
  url: "https://istio.io/latest/docs/ops/best-practices/security/#use-allow-with-positive-matching-and-deny-with-negative-match-patterns",
  settings: {},
  appliesTo: isAuthorizationPolicy,
  judge(resource) {
    switch (actionOf(resource)) {
      case "ALLOW":
        return rulesOf(resource).flatMap((rule, _, rules) => judgeAllow(rule, listedBy(rules)));
      case "DENY":
        return rulesOf(resource).flatMap(judgeDeny);
      default:
        return [];
    }
  },
});

/** Paths that the rules admit, so that one of them may leave to another what that asks more for. */
function listedBy(rules: readonly Field[]): ReadonlySet<unknown> {
  return new Set(
    rules
      .flatMap(operationsOf)
      .flatMap((operation) => operation.at("paths").children())
      .map(({ peek }) => peek),
  );
}

function judgeAllow(rule: Field, listed: ReadonlySet<unknown>): Violation[] {
  const leaves = (field: Field): boolean =>
    field.key === "notPaths" && field.children().every(({ value }) => listed.has(value));
  return negatives(rule)
    .filter((field) => !leaves(field))
    .map((field) => ({
      field,
      problem: "excepts from an ALLOW rule, which admits whatever its author did not think of",
      cure: "List what is admitted instead",
    }));
}

function judgeDeny(rule: Field): Violation[] {
  if (negatives(rule).length > 0) return [];
  return operationsOf(rule)
    .flatMap((operation) => ["hosts", "methods", "paths"].map((key) => operation.at(key)))
    .filter((field) => field.children().length > 0)
    .map((field) => ({
      field,
      problem: "lists what a DENY rule refuses, which a request written in another way slips past",
      cure: "Except what is admitted instead, with notPaths, notMethods, notPrincipals or the like",
    }));
}

/** Everything in a rule that matches what is not listed. */
function negatives(rule: Field): Field[] {
  const parts = [...sourcesOf(rule), ...operationsOf(rule)].flatMap((part) => part.children());
  const conditions = rule
    .at("when")
    .children()
    .map((condition) => condition.at("notValues"));
  return [...parts.filter(({ key }) => key.startsWith("not")), ...conditions].filter(
    (field) => field.children().length > 0,
  );
}
