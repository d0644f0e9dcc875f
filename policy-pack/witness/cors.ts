import type { StackViolation } from "../policy";
import { type Field, textsOf } from "../reading/field";
import { isCanary, isGatewayApiRoute, isVirtualService, type KubernetesResource } from "../reading/resource";
import type { JudgeEffect } from "./judged";

/** The texts about browsers. */
export const messages = {
  credentials: (title: string, path: string, origin: string) =>
    `${title}: ${path} allows the origin ${origin} with credentials, so a website of strangers can send requests as the user ` +
    `and read the responses. List the origins, or set allowCredentials to false.`,
};

/** Origins that anyone can have. A page in a sandboxed frame has the origin null. */
const STRANGERS = ["https://stranger.example", "http://stranger.example:8080", "null"];

/** Judges whether websites of strangers may use the credentials of a user: a browser then shows them the responses. */
export const judgeCors: JudgeEffect = function* ({ stack }) {
  for (const resource of stack) {
    const { fields } = resource;
    if (isVirtualService(resource.type)) {
      for (const route of fields.at("spec", "http").children())
        yield* judge(resource, route.at("corsPolicy"));
    } else if (isCanary(resource.type)) {
      yield* judge(resource, fields.at("spec", "service", "corsPolicy"));
    } else if (isGatewayApiRoute(resource.type)) {
      for (const filter of filtersOf(fields.at("spec", "rules"))) yield* judge(resource, filter.at("cors"));
    }
  }
};

function filtersOf(rules: Field): Field[] {
  return rules
    .children()
    .flatMap((rule) => [rule, ...rule.at("backendRefs").children()])
    .flatMap((one) => one.at("filters").children());
}

function* judge(resource: KubernetesResource, cors: Field): Iterable<StackViolation> {
  if (cors.at("allowCredentials").peek !== true) return;
  const origins = cors.at("allowOrigins");
  const listed = [
    ...[...textsOf(origins), ...textsOf(cors.at("allowOrigin"))].map(({ field, text }) => ({
      field,
      matches: wildcard(text),
      near: resembling((word) => [text.replaceAll("*", word)]),
    })),
    ...origins.children().map((field) => ({ field, matches: stringMatch(field), near: nearOrigins(field) })),
  ];
  for (const { field, matches, near } of listed) {
    const origin = [...STRANGERS, ...near].find(matches);
    if (origin === undefined) continue;
    yield { subject: resource, message: messages.credentials(resource.title, field.path, origin) };
    return;
  }
}

/** An origin of an HTTPRoute, in which * stands for any text. */
function wildcard(text: string): (origin: string) => boolean {
  const parts = text.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\/]/g, "\\$&"));
  const expression = new RegExp(`^${parts.join(".*")}$`);
  return (origin) => expression.test(origin);
}

/** An origin of a VirtualService. An expression that can't be read matches nothing. */
function stringMatch(field: Field): (origin: string) => boolean {
  const [exact, prefix, regex] = ["exact", "prefix", "regex"].map((form) => field.at(form).peek);
  if (typeof exact === "string") return (origin) => origin === exact;
  if (typeof prefix === "string") return (origin) => origin.startsWith(prefix);
  if (typeof regex !== "string") return () => false;
  try {
    const expression = new RegExp(`^(?:${regex})$`, "u");
    return (origin) => expression.test(origin);
  } catch {
    return () => false;
  }
}

/** Origins of strangers that resemble what a prefix or an expression is meant to match. */
function nearOrigins(match: Field): string[] {
  const [prefix, regex] = ["prefix", "regex"].map((form) => match.at(form).peek);
  if (typeof prefix === "string")
    return resembling((word) => [`${prefix}${word === EXPECTED ? "" : `.${word}.example`}`]);
  return typeof regex === "string" ? resembling((word) => texts(regex, word)) : [];
}

/** The words for any text: that of an expected origin, and that of a stranger's. */
const [EXPECTED, STRANGE] = ["www", "stranger"];

/** The origins that have another domain than the expected one: `strangerexample.com` in place of `example.com`. */
function resembling(fill: (word: string) => string[]): string[] {
  const [expected = ""] = fill(EXPECTED);
  return [...fill(STRANGE), ...fill(EXPECTED)]
    .flatMap((origin) => [origin, `${origin}.stranger.example`])
    .filter(
      (origin) => URL.canParse(origin) && URL.canParse(expected) && domainOf(origin) !== domainOf(expected),
    );
}

function domainOf(origin: string): string {
  return new URL(origin).hostname.split(".").slice(-2).join(".");
}

/** A part of an expression for any text: a dot, a class or a word with a quantifier. */
const ANY_TEXT = /(?:\.|\[[^\]]*\]|\\w)(?:[*+]|\{[^}]*\})\??/g;

/** Texts that an expression is meant to match, with a word for any text; and those with a letter in place of a single dot. */
function texts(regex: string, word: string): string[] {
  const source = regex
    .replace(/^\^|\$$/g, "")
    .replace(/\(\?:/g, "(")
    .replace(/\(([^()|]*)\|[^()]*\)/g, "($1)")
    .replace(ANY_TEXT, word)
    .replace(/(?<!\\)[()?]/g, "");
  const plain = (text: string): string => text.replace(/\\(.)/g, "$1");
  const dots = [...source.matchAll(/(?<=[a-z0-9])\.(?=[a-z0-9])/g)];
  return [
    plain(source),
    ...dots.map(({ index }) => plain(`${source.slice(0, index)}x${source.slice(index + 1)}`)),
  ];
}
