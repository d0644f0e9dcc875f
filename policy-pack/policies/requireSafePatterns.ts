import { type Message, nist, resourcePolicy, type Violation } from "../policy";
import { actionOf, isException, operationsOf, rulesOf, sourcesOf } from "../reading/authorizationPolicy";
import type { Field } from "../reading/field";
import { isAuthorizationPolicy } from "../reading/resource";
import { asText } from "../reading/value";

/** The texts of this policy's violations. */
export const messages = {
  allow: (): Message => ({
    problem: "is an exception in an ALLOW rule, which allows every value that is not listed",
    fix: "List the allowed values instead",
  }),
  deny: (): Message => ({
    problem: "is a list in a DENY rule, which other spellings of the same request do not match",
    fix: "List the exceptions instead, with notPaths, notMethods, notPrincipals or similar fields",
  }),
  custom: (): Message => ({
    problem:
      "is a list in a CUSTOM rule, and other spellings of the same request pass without a decision of the provider",
    fix: "List the exceptions instead, with notPaths, notHosts or similar fields",
  }),
};

/**
 * If a rule does not match a request as intended, an ALLOW rule with a positive list denies too much. An ALLOW rule with
 * exceptions, or a DENY or CUSTOM rule with a positive list, allows too much.
 * https://istio.io/latest/docs/ops/best-practices/security/#use-allow-with-positive-matching-and-deny-with-negative-match-patterns
 */
export const requireSafePatterns = resourcePolicy({
  name: "require-safe-patterns",
  displayName: "ALLOW rules list values, DENY and CUSTOM rules list exceptions",
  description:
    "ALLOW rules match listed values. DENY rules, and CUSTOM rules of external authorization, match all values except the " +
    "listed ones.",
  severity: "high",
  framework: nist("AC-3", "Access enforcement"),
  tags: ["istio", "security", "authorization"],
  remediationSteps:
    "In ALLOW policies, list the allowed values. In DENY and CUSTOM policies, list the exceptions with notPaths, " +
    "notMethods, notHosts, notPrincipals or similar fields. Set at least one in each rule that lists hosts, methods " +
    "or paths.",
  url: "https://istio.io/latest/docs/ops/best-practices/security/#use-allow-with-positive-matching-and-deny-with-negative-match-patterns",
  settings: {},
  appliesTo: isAuthorizationPolicy,
  judge(resource) {
    switch (actionOf(resource)) {
      case "ALLOW":
        return rulesOf(resource).flatMap(judgeAllow);
      case "DENY":
        return rulesOf(resource).flatMap(judgeDeny);
      case "CUSTOM":
        return rulesOf(resource).flatMap(judgeCustom);
      default:
        return [];
    }
  },
});

function judgeAllow(rule: Field): Violation[] {
  return negatives(rule).map((field) => ({ field, ...messages.allow() }));
}

function judgeDeny(rule: Field): Violation[] {
  if (negatives(rule).length > 0) return [];
  const operations = operationsOf(rule).flatMap((operation) => [
    ...(everySpelling(operation.at("hosts")) ? [] : [operation.at("hosts")]),
    operation.at("methods"),
    operation.at("paths"),
  ]);
  return [...operations, ...headersOf(rule)]
    .filter((field) => field.children().length > 0)
    .map((field) => ({ field, ...messages.deny() }));
}

/**
 * An exception elsewhere in the rule does not make up for a list of paths or hosts. Methods and headers may be divided among
 * the rules of a policy, so exceptions count for them as in a DENY rule.
 */
function judgeCustom(rule: Field): Violation[] {
  const operations = operationsOf(rule);
  const lists = operations.flatMap((operation) => [
    ...(everySpelling(operation.at("hosts")) ? [] : [operation.at("hosts")]),
    ...(everyPath(operation.at("paths")) ? [] : [operation.at("paths")]),
  ]);
  const others =
    negatives(rule).length > 0
      ? []
      : [...operations.map((operation) => operation.at("methods")), ...headersOf(rule)];
  return [...lists, ...others]
    .filter((field) => field.children().length > 0)
    .map((field) => ({ field, ...messages.custom() }));
}

/** Whether a list of paths matches every path. */
function everyPath(paths: Field): boolean {
  return paths.children().some(({ value }) => value === "*" || value === "/*");
}

/**
 * Whether hosts are listed as a gateway routes them: each exactly, and with any port. Requests with another spelling of the
 * host reach none of its routes.
 */
function everySpelling(hosts: Field): boolean {
  const listed = new Set(hosts.children().map(({ value }) => value));
  return [...listed].every(
    (host) =>
      typeof host === "string" &&
      (host.endsWith(":*") ? listed.has(host.slice(0, -2)) : !host.includes("*") && listed.has(`${host}:*`)),
  );
}

/** The values of conditions on headers, except the presence of a header, which has no other spelling. */
function headersOf(rule: Field): Field[] {
  return rule
    .at("when")
    .children()
    .filter((condition) => asText(condition.at("key").value).startsWith("request.headers["))
    .map((condition) => condition.at("values"))
    .filter((values) => values.children().some(({ value }) => value !== "*"));
}

/** The exceptions of a rule. */
function negatives(rule: Field): Field[] {
  const parts = [...sourcesOf(rule), ...operationsOf(rule)].flatMap((part) => part.children());
  const conditions = rule
    .at("when")
    .children()
    .map((condition) => condition.at("notValues"));
  return [...parts.filter(isException), ...conditions].filter((field) => field.children().length > 0);
}
