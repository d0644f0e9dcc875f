import { nist, resourcePolicy, type Violation } from "../policy";
import { actionOf, operationsOf, rulesOf, sourcesOf } from "../reading/authorizationPolicy";
import { type Field, textsOf, UNKNOWN } from "../reading/field";
import { isAuthorizationPolicy } from "../reading/resource";

const CURE = "Name the service accounts that may call, such as cluster.local/ns/shop/sa/cart";

/** What is everything, by the field that it stands in. */
const EVERYTHING: Readonly<Record<string, readonly string[]>> = {
  namespaces: ["*"],
  ipBlocks: ["0.0.0.0/0", "::/0"],
  remoteIpBlocks: ["0.0.0.0/0", "::/0"],
  hosts: ["*"],
  ports: ["*"],
  methods: ["*"],
  paths: ["*", "/*"],
};

/**
 * One rule that admits everyone undoes all the others, since ALLOW rules add up.
 * https://istio.io/latest/docs/concepts/security/#authorization-policies
 */
export const forbidAllowAll = resourcePolicy({
  name: "forbid-allow-all",
  displayName: "No rule admits everyone",
  description: "No ALLOW rule admits every request, every identity, every namespace or every address.",
  severity: "critical",
  framework: nist("AC-6", "Least privilege"),
  tags: ["istio", "security", "authorization"],
  remediationSteps:
    "Name each caller's service account in from.source.principals. A wildcard may stand for the accounts of one namespace: " +
    "cluster.local/ns/shop/sa/*.",
  url: "https://istio.io/latest/docs/reference/config/security/authorization-policy/#Source",
  settings: {},
  appliesTo: isAuthorizationPolicy,
  judge: (resource) => (actionOf(resource) === "ALLOW" ? rulesOf(resource).flatMap(judgeRule) : []),
});

function judgeRule(rule: Field): Violation[] {
  const sources = sourcesOf(rule);
  const wide = sources.flatMap(judgeSource);
  const limited =
    isLimited(sources) || isLimited(operationsOf(rule)) || rule.at("when").children().length > 0;
  if (wide.length > 0 || limited) return wide;
  // What is unknown may limit it.
  if (["from", "to", "when"].some((part) => rule.at(part).value === UNKNOWN)) return [];
  return [
    {
      field: rule,
      problem: "limits neither who calls nor what is called, so it admits every request",
      cure: CURE,
    },
  ];
}

/** Alternatives limit only if each of them does; none limit nothing. */
function isLimited(alternatives: readonly Field[]): boolean {
  return (
    alternatives.length > 0 &&
    alternatives.every(
      (alternative) =>
        alternative.value === UNKNOWN || alternative.children().some((field) => !coversAll(field)),
    )
  );
}

function coversAll(field: Field): boolean {
  const everything = EVERYTHING[field.key] ?? [];
  return textsOf(field).some(({ text }) => everything.includes(text));
}

function judgeSource(source: Field): Violation[] {
  const principals = textsOf(source.at("principals")).flatMap(({ field, text }) => {
    const reach = reachOf(text);
    return reach === undefined ? [] : [{ field, problem: `is "${text}", which admits ${reach}`, cure: CURE }];
  });
  const places = ["namespaces", "ipBlocks", "remoteIpBlocks"].flatMap((list) =>
    textsOf(source.at(list))
      .filter(({ text }) => EVERYTHING[list]?.includes(text))
      .map(({ field, text }) => ({
        field,
        problem: `is "${text}", which admits every ${list === "namespaces" ? "namespace" : "address"}`,
        cure: CURE,
      })),
  );
  return [...principals, ...places];
}

/** Whom a principal with a wildcard admits, unless it names a namespace in full. */
function reachOf(principal: string): string | undefined {
  if (!principal.includes("*") || /(^|\/)ns\/[^/*]+\//.test(principal)) return undefined;
  if (principal === "*") return "every identity";
  return principal.startsWith("*") ? "identities of every trust domain" : "identities of many namespaces";
}
