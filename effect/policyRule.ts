import { parseBlock } from "./address";
import { type Atom, type Condition, isHttpOnly } from "./condition";
import { fieldsAt, listAt, textAt, textsAt } from "./field";
import { ignoringCase, type Pattern, policyPattern, quoted } from "./pattern";
import type { MeshSettings } from "./settings";
import { principalsOf, trustDomainsOf } from "./trustDomain";

/** One rule of an AuthorizationPolicy: a request matches if an alternative of each list does, and all of `when`. */
export interface PolicyRule {
  readonly from: readonly (readonly Condition[])[];
  readonly to: readonly (readonly Condition[])[];
  readonly when: readonly Condition[];
}

/** What decides how istiod reads a rule. */
export interface RuleContext {
  /** Namespace of the policy. */
  readonly namespace: string;
  /** Whether a rule that istiod can't translate is left out, as with ALLOW, or loses the condition, as with DENY. */
  readonly strict: boolean;
  /** Whether only connections are matched, so that conditions about requests can't be. */
  readonly tcp: boolean;
  readonly settings: MeshSettings;
}

/**
 * Reads a rule as istiod translates it. Undefined if istiod leaves the rule out. It does so for an attribute that
 * doesn't exist, and in an ALLOW policy for a value or an attribute that can't be matched there.
 *
 * @see https://istio.io/latest/docs/reference/config/security/authorization-policy/#Rule
 */
export function readRule(rule: unknown, context: RuleContext): PolicyRule | undefined {
  const when: Condition[] = [];
  for (const condition of listAt(rule, "when")) {
    const parse = attribute(textAt(condition, "key") ?? "", context);
    if (!parse) return undefined;
    const read = conditions(textsAt(condition, "values"), textsAt(condition, "notValues"), parse, context);
    if (!read) return undefined;
    when.push(...read);
  }
  const from = listAt(rule, "from").map((one) => fieldsIn(fieldsAt(one, "source"), sourceFields, context));
  const to = listAt(rule, "to").map((one) => fieldsIn(fieldsAt(one, "operation"), operationFields, context));
  if ([...from, ...to].includes(undefined)) return undefined;
  const known = (lists: typeof from): Condition[][] => lists.filter((list) => list !== undefined);
  return { from: known(from), to: known(to), when };
}

/** Fields of a source, by the attribute that they match: each also exists with `not` before it. */
const sourceFields = {
  principals: "source.principal",
  namespaces: "source.namespace",
  trustDomains: "source.trustDomain",
  serviceAccounts: "source.serviceAccount",
  requestPrincipals: "request.auth.principal",
  ipBlocks: "source.ip",
  remoteIpBlocks: "remote.ip",
};

const operationFields = { ports: "destination.port", methods: "method", hosts: "host", paths: "path" };

function fieldsIn(
  source: unknown,
  fields: Readonly<Record<string, string>>,
  context: RuleContext,
): Condition[] | undefined {
  const result: Condition[] = [];
  for (const [field, key] of Object.entries(fields)) {
    const parse = attribute(key, context);
    const negative = `not${field.charAt(0).toUpperCase()}${field.slice(1)}`;
    const read = parse && conditions(textsAt(source, field), textsAt(source, negative), parse, context);
    if (!read) return undefined;
    result.push(...read);
  }
  return result;
}

/** Reads a value of an attribute: the atoms of each of its alternatives. Undefined if it can't be matched. */
type Parse = (value: string) => Atom[][] | undefined;

function conditions(
  values: readonly string[],
  notValues: readonly string[],
  parse: Parse,
  { strict, tcp }: RuleContext,
): Condition[] | undefined {
  const result: Condition[] = [];
  for (const [list, negated] of [
    [values, false],
    [notValues, true],
  ] as const) {
    const read = list.map((value) => {
      const atoms = parse(value);
      return tcp && atoms?.flat().some(({ dimension }) => isHttpOnly(dimension)) ? undefined : atoms;
    });
    if (strict && read.includes(undefined)) return undefined;
    const alternatives = read.filter((atoms) => atoms !== undefined).flat();
    if (alternatives.length > 0) result.push({ alternatives, negated });
  }
  return result;
}

function attribute(key: string, { namespace, settings }: RuleContext): Parse | undefined {
  const one =
    (dimension: string, pattern: (value: string) => Pattern): Parse =>
    (value) => [[{ dimension, pattern: pattern(value) }]];
  const regex = (text: string): Pattern => ({ form: "regex", text });
  switch (key) {
    case "source.principal":
      return (value) =>
        principalsOf(value, settings).map((each) => [
          { dimension: "identity", pattern: policyPattern(each) },
        ]);
    case "source.namespace":
      return (value) => {
        const pattern = regex(`.*\\/ns\\/${value.split("*").map(quoted).join(".*")}\\/.*`);
        return [[{ dimension: "identity", pattern, said: `namespace ${value}` }]];
      };
    case "source.serviceAccount":
      return (value) => {
        const [account = "", of = namespace] = value.split("/", 2).reverse();
        const pattern = regex(`.+\\/ns\\/${quoted(of)}\\/(.+\\/|)sa\\/${quoted(account)}(\\/.+)?`);
        return [[{ dimension: "identity", pattern, said: `service account ${of}/${account}` }]];
      };
    case "source.trustDomain":
      return (value) =>
        trustDomainsOf(value, settings).map((domain) => [
          { dimension: "identity", pattern: trustDomainPattern(domain), said: `trust domain ${domain}` },
        ]);
    case "source.ip":
      return block("address");
    case "remote.ip":
      return block("remoteAddress");
    case "request.auth.principal":
      return (value) => [requestPrincipal(value)];
    case "request.auth.audiences":
      return one(claim("aud"), policyPattern);
    case "request.auth.presenter":
      return one(claim("azp"), policyPattern);
    case "destination.port":
      return (value) =>
        /^\d+$/.test(value) && Number(value) <= 65535
          ? [[{ dimension: "port", pattern: { form: "exact", text: String(Number(value)) } }]]
          : undefined;
    case "method":
      return one("method", (value) => policyPattern(value, "present"));
    case "host":
      return one("host", (value) => ignoringCase(policyPattern(value, "present")));
    case "path":
      return one("path", (value) =>
        /\{\*{1,2}\}/.test(value) ? { form: "template", text: value } : policyPattern(value),
      );
    default:
      return bracketed(key, one);
  }
}

function bracketed(
  key: string,
  one: (dimension: string, pattern: (value: string) => Pattern) => Parse,
): Parse | undefined {
  if (key === "destination.ip" || key === "connection.sni" || key.startsWith("experimental.envoy.filters.")) {
    return one(`unread ${key}`, policyPattern);
  }
  if (key.startsWith("request.headers")) {
    const name = /^request\.headers\[(.*)\]$/.exec(key)?.[1];
    if (name === undefined) return () => undefined;
    return one(`header ${name.toLowerCase()}`, (value) => policyPattern(value, "present"));
  }
  if (key.startsWith("request.auth.claims")) {
    const names = claimNames(key.slice("request.auth.claims".length));
    return names ? one(claim(...names), policyPattern) : () => undefined;
  }
  return undefined;
}

/** `[a][b]` is the claim b in a. Brackets inside of a name make the whole one name. */
function claimNames(text: string): string[] | undefined {
  if (/^(\[[^[\]]*\])+$/.test(text)) return text.slice(1, -1).split("][");
  const whole = /^\[(.*)\]$/.exec(text)?.[1];
  return whole === undefined ? undefined : [whole];
}

function claim(...names: readonly string[]): string {
  return `claim ${JSON.stringify(names)}`;
}

function block(dimension: string): Parse {
  return (value) =>
    parseBlock(value) ? [[{ dimension, pattern: { form: "exact", text: value } }]] : undefined;
}

function trustDomainPattern(domain: string): Pattern {
  if (domain === "*") return { form: "present" };
  if (!domain.includes("*")) return { form: "prefix", text: `${domain}/` };
  const star = domain.indexOf("*");
  const text = `${quoted(domain.slice(0, star))}[^/]*${quoted(domain.slice(star + 1))}\\/.*`;
  return { form: "regex", text };
}

/** A principal of a token is `<issuer>/<subject>`, of which the issuer may be a URL. */
function requestPrincipal(value: string): Atom[] {
  const slash = value.lastIndexOf("/");
  const [issuer, subject] = slash < 0 ? [value, ""] : [value.slice(0, slash), value.slice(slash + 1)];
  const exact = (text: string): Pattern => ({ form: "exact", text });
  const any: Pattern = { form: "filled" };
  const both = (iss: Pattern, sub: Pattern): Atom[] => [
    { dimension: claim("iss"), pattern: iss },
    { dimension: claim("sub"), pattern: sub },
  ];
  if (value === "*") return both(any, any);
  if (value.startsWith("*")) {
    return slash < 0
      ? both(any, { form: "suffix", text: value.slice(1) })
      : both(issuer === "*" ? any : { form: "suffix", text: issuer.slice(1) }, exact(subject));
  }
  if (value.endsWith("*")) {
    return slash < 0
      ? both({ form: "prefix", text: value.slice(0, -1) }, any)
      : both(exact(issuer), subject === "*" ? any : { form: "prefix", text: subject.slice(0, -1) });
  }
  return both(exact(issuer), exact(subject));
}
