import { nist, resourcePolicy, type Violation } from "../policy";
import { operationsOf, rulesOf } from "../reading/authorizationPolicy";
import { type Field, textsOf } from "../reading/field";
import { isAuthorizationPolicy } from "../reading/resource";

/**
 * Istio normalizes a request before it compares it, but not what a rule says: a rule in another form never matches, so
 * that a DENY never denies.
 * https://istio.io/latest/docs/reference/config/security/normalization/
 */
export const requireNormalizedMatches = resourcePolicy({
  name: "require-normalized-matches",
  displayName: "Rules match as they are written",
  description: "Methods, paths and header names of authorization rules have the form that requests have.",
  severity: "high",
  framework: nist("SI-10", "Information input validation"),
  tags: ["istio", "security", "authorization"],
  remediationSteps:
    "Write methods in upper case, paths from the first / without //, /./, /../, \\, escapes of these, ? or #, and header " +
    "names without spaces.",
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
      .map(({ field, text }) => ({
        field,
        problem: `is "${text}", which matches no request, since methods are in upper case`,
        cure: `Write "${text.toUpperCase()}"`,
      })),
    ...paths.flatMap(({ field, text }) => {
      const flaw = flawOf(text);
      const problem = `is "${text}", which matches no request, since a path ${flaw ?? ""}`;
      return flaw === undefined
        ? []
        : [{ field, problem, cure: "Write the path as normalization leaves it" }];
    }),
  ];
}

function flawOf(path: string): string | undefined {
  if (!/^[/*{]/.test(path)) return "begins with /";
  if (/[?#]/.test(path)) return "ends before ? and #";
  if (path.includes("\\")) return "has / for \\";
  if (/%(2e|2f|5c)/i.test(path)) return "has no escaped /, \\ or .";
  if (path.includes("//")) return "has no //";
  if (/\/\.{1,2}(\/|$)/.test(path)) return "has no /./ and no /../";
  return undefined;
}

function judgeCondition(condition: Field): Violation[] {
  const field = condition.at("key");
  const key = field.value;
  if (typeof key !== "string" || !/\s/.test(key)) return [];
  return [{ field, problem: "has a space, so it matches no request", cure: "Leave the space out" }];
}
