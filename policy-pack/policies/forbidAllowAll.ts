import { type Message, nist, resourcePolicy, type Violation } from "../policy";
import { excessOf } from "../reading/addressBlock";
import { actionOf, isException, operationsOf, rulesOf, sourcesOf } from "../reading/authorizationPolicy";
import { type Field, textsOf, UNKNOWN } from "../reading/field";
import { isAuthorizationPolicy } from "../reading/resource";
import { asText } from "../reading/value";

const FIX = "Name the service accounts of the callers, such as cluster.local/ns/shop/sa/cart";

/** The texts of this policy's violations. */
export const messages = {
  everything: (): Message => ({
    problem: "restricts neither the source nor the operation, so it allows every request",
    fix: FIX,
  }),
  onlyExceptions: (): Message => ({
    problem: "has only exceptions, so it allows every other request",
    fix: FIX,
  }),
  anyToken: (claim: string, text: string): Message => ({
    problem: `is "${text}", which the claim ${claim} of every valid token matches, so the rule allows the users of every issuer`,
    fix: "List the values, such as the issuer, or require a role",
  }),
  wideSource: (text: string, reach: string): Message => ({
    problem: `is "${text}", which allows ${reach}`,
    fix: FIX,
  }),
};

/** The callers that a value matches if these are too many, by the field or the condition key of the value. */
const CALLERS: ReadonlyMap<string, (text: string) => string | undefined> = new Map(
  Object.entries({
    principals: identities,
    namespaces,
    ipBlocks: excessOf,
    remoteIpBlocks: excessOf,
    "source.principal": identities,
    "source.namespace": namespaces,
    "source.ip": excessOf,
    "remote.ip": excessOf,
  }),
);

/** The claims that tokens have by their standard. https://www.rfc-editor.org/rfc/rfc7519#section-4.1 */
const REGISTERED: ReadonlyMap<string, string> = new Map([
  ...["iss", "sub", "aud", "exp", "nbf", "iat", "jti"].map(
    (claim) => [`request.auth.claims[${claim}]`, claim] as const,
  ),
  ["request.auth.audiences", "aud"],
]);

const all = (text: string): boolean => text === "*";
const everyPath = (text: string): boolean => ["*", "/*", "{**}", "/{**}"].includes(text);

/**
 * Whether a value of an operation, or of a condition, matches every request of the workload. Clients choose hosts, methods
 * and ports freely, and all requests to the workload have its address, so only paths restrict an operation.
 */
const OPERATIONS: ReadonlyMap<string, (text: string) => boolean> = new Map(
  Object.entries({
    hosts: () => true,
    ports: () => true,
    methods: () => true,
    paths: everyPath,
    "destination.ip": () => true,
    "destination.port": () => true,
    "connection.sni": () => true,
    "request.headers[:authority]": () => true,
    "request.headers[host]": () => true,
    "request.headers[:method]": () => true,
    "request.headers[:scheme]": () => true,
    "request.headers[:path]": everyPath,
  }),
);

/**
 * ALLOW rules are additive, so one rule that matches every request overrides all others.
 * https://istio.io/latest/docs/concepts/security/#authorization-policies
 */
export const forbidAllowAll = resourcePolicy({
  name: "forbid-allow-all",
  displayName: "No rule allows every request",
  description:
    "No ALLOW rule matches every request, every identity, every namespace or more addresses than one network has, neither in " +
    "from nor in when.",
  severity: "critical",
  framework: nist("AC-6", "Least privilege"),
  tags: ["istio", "security", "authorization"],
  remediationSteps:
    "List each caller's service account in from.source.principals. A wildcard may match the accounts of one namespace: " +
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
    ...sources.flatMap(judgeTrustDomains),
    ...conditions.flatMap((condition) => judgeCallers(keyOf(condition), condition.at("values"))),
  ];
  const restricted = isRestricted(sources) || isRestricted(operations) || conditions.some(isNarrow);
  const anyToken = restricted ? [] : conditions.flatMap(judgeClaim);
  if (wide.length > 0 || restricted || anyToken.length > 0) return [...wide, ...anyToken];
  // An unknown value may be restrictive.
  if (["from", "to", "when"].some((part) => rule.at(part).value === UNKNOWN)) return [];
  const excepts = [...sources, ...operations, ...conditions].some((part) =>
    part.children().some(isException),
  );
  return [{ field: rule, ...(excepts ? messages.onlyExceptions() : messages.everything()) }];
}

/** Whether a list of alternatives is restrictive: only if every entry is. An empty list is not. */
function isRestricted(alternatives: readonly Field[]): boolean {
  return (
    alternatives.length > 0 &&
    alternatives.every(
      (alternative) =>
        alternative.value === UNKNOWN ||
        alternative.children().some((list) => !isException(list) && restricts(list.key, list)),
    )
  );
}

/** Whether a condition is restrictive. All conditions of a rule must match, so one is enough. */
function isNarrow(condition: Field): boolean {
  return keyOf(condition) === UNKNOWN || restricts(keyOf(condition), condition.at("values"));
}

/** Whether the list excludes any request. Istio reads an empty list as not set. */
function restricts(name: unknown, list: Field): boolean {
  if (list.value === UNKNOWN) return true;
  if (name === "trustDomains") return false;
  const key = asText(name);
  const claim = REGISTERED.get(key);
  if (claim !== undefined) {
    return list.children().length > 0 && !textsOf(list).some(({ text }) => everyToken(claim, text));
  }
  // The presence of a header restricts nothing, because every client can send it.
  const isEverything =
    OPERATIONS.get(key.toLowerCase()) ?? (key.startsWith("request.headers[") ? all : () => false);
  return list.children().length > 0 && !textsOf(list).some(({ text }) => isEverything(text));
}

/** Judges a condition that a claim exists which every token has. It looks like a restriction. */
function judgeClaim(condition: Field): Violation[] {
  const claim = REGISTERED.get(asText(keyOf(condition)));
  if (claim === undefined) return [];
  return textsOf(condition.at("values"))
    .filter(({ text }) => everyToken(claim, text))
    .map(({ field, text }) => ({ field, ...messages.anyToken(claim, text) }));
}

/** Whether a value matches the claim of every token. An issuer is a URL, so the beginning of any URL matches every issuer. */
function everyToken(claim: string, text: string): boolean {
  const part = text.replace(/^\*|\*$/, "");
  return (
    all(text) || (claim === "iss" && part !== text && (/^(https?:?\/{0,2})$/.test(part) || part.length < 4))
  );
}

/** Judges the trust domains of a source without another restriction, which match all identities of these domains. */
function judgeTrustDomains(source: Field): Violation[] {
  const others = source.children().filter((list) => !isException(list) && restricts(list.key, list));
  if (source.value === UNKNOWN || others.length > 0) return [];
  return textsOf(source.at("trustDomains")).map(({ field, text }) => {
    const reach = all(text) ? "identities of every trust domain" : "every identity of the trust domain";
    return { field, ...messages.wideSource(text, reach) };
  });
}

function judgeCallers(name: unknown, list: Field): Violation[] {
  const reachOf = CALLERS.get(asText(name));
  if (reachOf === undefined) return [];
  return textsOf(list).flatMap(({ field, text }) => {
    const reach = reachOf(text);
    return reach === undefined ? [] : [{ field, ...messages.wideSource(text, reach) }];
  });
}

/** The attribute of a condition, such as `source.principal`. https://istio.io/latest/docs/reference/config/security/conditions/ */
function keyOf(condition: Field): unknown {
  return condition.at("key").value;
}

/** The identities that a principal with a wildcard matches, unless it has a trust domain and the full name of a namespace. */
function identities(principal: string): string | undefined {
  if (principal === "*") return "every identity";
  if (!principal.includes("*") || /^[^*]+\/ns\/[^/*]+\//.test(principal)) return undefined;
  return principal.startsWith("*") ? "identities of every trust domain" : "identities of many namespaces";
}

function namespaces(namespace: string): string | undefined {
  return namespace === "*" ? "every namespace" : undefined;
}
