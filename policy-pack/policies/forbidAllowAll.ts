import { nist, resourcePolicy, type Violation } from "../policy";
import { excessOf } from "../reading/addressBlock";
import { actionOf, operationsOf, rulesOf, sourcesOf } from "../reading/authorizationPolicy";
import { type Field, textsOf, UNKNOWN } from "../reading/field";
import { isAuthorizationPolicy } from "../reading/resource";

const CURE = "Name the service accounts that may call, such as cluster.local/ns/shop/sa/cart";

/** Whom a text admits if it stands for too many, by the field or the condition's key that it is a value of. */
const CALLERS: Readonly<Record<string, (text: string) => string | undefined>> = {
  principals: identities,
  namespaces,
  ipBlocks: excessOf,
  remoteIpBlocks: excessOf,
  "source.principal": identities,
  "source.namespace": namespaces,
  "source.ip": excessOf,
  "remote.ip": excessOf,
};

const all = (text: string): boolean => text === "*";

/** Whether a text is everything that can be called, by the same. */
const CALLED: Readonly<Record<string, (text: string) => boolean>> = {
  hosts: all,
  ports: all,
  methods: all,
  paths: (text) => ["*", "/*", "{**}", "/{**}"].includes(text),
  "destination.ip": (text) => excessOf(text) !== undefined,
  "destination.port": all,
  "connection.sni": all,
};

/**
 * One rule that admits everyone undoes all the others, since ALLOW rules add up.
 * https://istio.io/latest/docs/concepts/security/#authorization-policies
 */
export const forbidAllowAll = resourcePolicy({
  name: "forbid-allow-all",
  displayName: "No rule admits everyone",
  description:
    "No ALLOW rule admits every request, every identity, every namespace, every address or more of them than one network has, be it in from or in when.",
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
  const operations = operationsOf(rule);
  const conditions = rule.at("when").children();
  const wide = [
    ...sources.flatMap((source) => source.children().flatMap((list) => judgeCallers(list.key, list))),
    ...conditions.flatMap((condition) => judgeCallers(keyOf(condition), condition.at("values"))),
  ];
  const limited = isLimited(sources) || isLimited(operations) || conditions.some(isNarrow);
  if (wide.length > 0 || limited) return wide;
  // What is unknown may limit it.
  if (["from", "to", "when"].some((part) => rule.at(part).value === UNKNOWN)) return [];
  const excepts = [...sources, ...operations, ...conditions].some((part) =>
    part.children().some(isException),
  );
  return [
    {
      field: rule,
      problem: excepts
        ? "names only whom or what it excepts, so it admits every other request"
        : "limits neither who calls nor what is called, so it admits every request",
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
        alternative.value === UNKNOWN ||
        alternative.children().some((list) => !isException(list) && limits(list.key, list)),
    )
  );
}

/** Conditions hold together, so one that is narrow is enough. */
function isNarrow(condition: Field): boolean {
  return keyOf(condition) === UNKNOWN || limits(keyOf(condition), condition.at("values"));
}

/** Whether the list leaves anything out. Without elements Istio takes it as not set. */
function limits(name: unknown, list: Field): boolean {
  if (list.value === UNKNOWN) return true;
  const isEverything = CALLED[String(name)] ?? (() => false);
  return list.children().length > 0 && !textsOf(list).some(({ text }) => isEverything(text));
}

function judgeCallers(name: unknown, list: Field): Violation[] {
  const reachOf = CALLERS[String(name)];
  if (reachOf === undefined) return [];
  return textsOf(list).flatMap(({ field, text }) => {
    const reach = reachOf(text);
    return reach === undefined ? [] : [{ field, problem: `is "${text}", which admits ${reach}`, cure: CURE }];
  });
}

/** What a condition is about, such as `source.principal`. https://istio.io/latest/docs/reference/config/security/conditions/ */
function keyOf(condition: Field): unknown {
  return condition.at("key").value;
}

/** Exceptions, such as `notPrincipals` and `notValues`, narrow nobody down: whoever is not named is admitted. */
function isException({ key }: Field): boolean {
  return key.startsWith("not");
}

/** Whom a principal with a wildcard admits, unless it names a namespace in full. */
function identities(principal: string): string | undefined {
  if (!principal.includes("*") || /(^|\/)ns\/[^/*]+\//.test(principal)) return undefined;
  if (principal === "*") return "every identity";
  return principal.startsWith("*") ? "identities of every trust domain" : "identities of many namespaces";
}

function namespaces(namespace: string): string | undefined {
  return namespace === "*" ? "every namespace" : undefined;
}
