import { type Message, nist, resourcePolicy, type Violation } from "../policy";
import { operationsOf, rulesOf } from "../reading/authorizationPolicy";
import { type Field, textsOf } from "../reading/field";
import { isAuthorizationPolicy } from "../reading/resource";

/** The texts of this policy's violations. */
export const messages = {
  method: (method: string): Message => ({
    problem: `is "${method}", which matches no request, because methods are in upper case`,
    fix: `Use "${method.toUpperCase()}"`,
  }),
  path: (path: string, rule: string): Message => ({
    problem: `is "${path}", which matches no request, because a normalized path ${rule}`,
    fix: "Use the normalized path",
  }),
  space: (): Message => ({ problem: "has a space, so it matches no request", fix: "Remove the space" }),
};

/**
 * Istio normalizes the path of a request, but not the paths of a rule. A rule with another form never matches, so a DENY
 * rule never denies.
 * https://istio.io/latest/docs/reference/config/security/normalization/
 */
export const requireNormalizedMatches = resourcePolicy({
  name: "require-normalized-matches",
  displayName: "Rules match normalized requests",
  description:
    "Methods, paths and header names of authorization rules have the form of a normalized request.",
  severity: "high",
  framework: nist("SI-10", "Information input validation"),
  tags: ["istio", "security", "authorization"],
  remediationSteps:
    "Write methods in upper case. Write paths from the first / without //, /./, /../, \\, escapes of these, ? or #. Write " +
    "header names without spaces.",
  url: "https://istio.io/latest/docs/reference/config/security/normalization/",
  settings: {},
  appliesTo: isAuthorizationPolicy,
  judge: (resource) =>
    rulesOf(resource).flatMap((rule) => [
      ...operationsOf(rule).flatMap(judgeOperation),
      ...rule.at("when").children().flatMap(judgeCondition),
    ]),
});

function judgeOperation(operation: Field): Violation[] {
  const methods = ["methods", "notMethods"].flatMap((list) => textsOf(operation.at(list)));
  const paths = ["paths", "notPaths"].flatMap((list) => textsOf(operation.at(list)));
  return [
    ...methods
      .filter(({ text }) => text !== text.toUpperCase())
      .map(({ field, text }) => ({ field, ...messages.method(text) })),
    ...paths.flatMap(({ field, text }) => {
      const rule = brokenRule(text);
      return rule === undefined ? [] : [{ field, ...messages.path(text, rule) }];
    }),
  ];
}

/** The property of normalized paths that a path lacks; undefined if it has all. */
function brokenRule(path: string): string | undefined {
  if (!/^[/*{]/.test(path)) return "starts with /";
  if (/[?#]/.test(path)) return "contains no ? and no #";
  if (path.includes("\\")) return "contains no \\";
  if (/%(2e|2f|5c)/i.test(path)) return "contains no escaped /, \\ or .";
  if (path.includes("//")) return "contains no //";
  if (/\/\.{1,2}(\/|$)/.test(path)) return "contains no /./ and no /../";
  return undefined;
}

function judgeCondition(condition: Field): Violation[] {
  const field = condition.at("key");
  const key = field.value;
  if (typeof key !== "string" || !/\s/.test(key)) return [];
  return [{ field, ...messages.space() }];
}
