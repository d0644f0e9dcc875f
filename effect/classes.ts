import { formatAddress, parseBlock } from "./address";
import { type Atom, type Dimension, isAddress } from "./condition";
import type { Pattern } from "./pattern";
import { principalOf } from "./request";
import type { Identity } from "./request";

/** A value that stands for its class. Undefined: the request doesn't have one. */
export type ClassValue = string | readonly string[] | undefined;

/**
 * Returns one value for each class that patterns distinguish. There is one for every combination of the longest prefix
 * and suffix that match, and one for each exact text. Two more are for a text that matches none, and for none at all.
 */
export function classesOf(
  dimension: Dimension,
  patterns: readonly Pattern[],
  known: readonly string[] = [],
): readonly ClassValue[] {
  if (isAddress(dimension)) return addressClasses(patterns);
  if (dimension === "identity") return [undefined, ...new Set([...known, ...identityClasses(patterns)])];
  const filler = fillerFor(patterns);
  const texts = (form: string): string[] =>
    patterns.flatMap((pattern) => (pattern.form === form && "text" in pattern ? [pattern.text] : []));
  const prefixes = ["", ...texts("prefix")];
  const suffixes = ["", ...texts("suffix")];
  const lead = dimension === "path" ? "/" : "";
  const values = [
    ...known,
    ...texts("exact"),
    ...prefixes.flatMap((prefix) =>
      suffixes.map((suffix) => (prefix === "" ? `${lead}${filler}${suffix}` : `${prefix}${filler}${suffix}`)),
    ),
    ...prefixes.filter((prefix) => prefix !== ""),
    ...suffixes.filter((suffix) => suffix !== "" && (lead === "" || suffix.startsWith(lead))),
    ...texts("template").flatMap((template) => templateValues(template, filler)),
    ...texts("regex").flatMap((regex) => regexValues(regex)),
  ];
  const unique = [...new Set(values.filter((value) => value !== ""))];
  if (/^(method|path|host)$/.test(dimension)) return unique;
  const several = texts("exact");
  const list = dimension.startsWith("claim ") && several.length > 1 ? [[...new Set(several)]] : [];
  return [undefined, ...unique, ...(dimension.startsWith("header ") ? [""] : []), ...list];
}

/** Returns a text that no pattern contains. */
function fillerFor(patterns: readonly Pattern[]): string {
  const texts = patterns.flatMap((pattern) => ("text" in pattern ? [pattern.text.toLowerCase()] : []));
  const isFree = (filler: string): boolean => texts.every((text) => !text.includes(filler));
  for (const filler of ["other", "else", "another"]) if (isFree(filler)) return filler;
  let number = 1;
  while (!isFree(`other${number}`)) number += 1;
  return `other${number}`;
}

function templateValues(template: string, filler: string): string[] {
  const one = template.replace(/\{\*\*\}/g, "**").replace(/\{\*\}/g, filler);
  return [
    one.replaceAll("**", ""),
    one.replaceAll("**", filler),
    one.replaceAll("**", `${filler}/${filler}`),
  ];
}

/** A regular expression has no classes; a text that it is likely to match is better than none. */
function regexValues(regex: string): string[] {
  const plain = regex
    .replace(/^\^|\$$/g, "")
    .replace(/\.[*+]\??/g, "other")
    .replace(/\\(.)/g, "$1")
    .replace(/\(\?:|[()]/g, "");
  return plain.split("|").filter((text) => !/[*+?[\]{}^$]/.test(text));
}

/** One address of each class that patterns distinguish. */
function addressClasses(patterns: readonly Pattern[]): string[] {
  return addressesAt(patterns.flatMap((pattern) => ("text" in pattern ? [pattern.text] : [])));
}

/** The first address of each interval that the borders of blocks form. */
export function addressesAt(texts: readonly string[]): string[] {
  const blocks = texts.flatMap((text) => parseBlock(text) ?? []);
  const values = ([4, 6] as const).flatMap((version) => {
    const own = blocks.filter((block) => block.version === version);
    if (own.length === 0) return version === 4 ? ["192.0.2.1"] : [];
    const limit = 1n << (version === 4 ? 32n : 128n);
    const borders = [1n, ...own.flatMap(({ first, last }) => [first, last + 1n])];
    return borders.filter((value) => value < limit).map((value) => formatAddress(version, value));
  });
  return [...new Set(values)];
}

/** Identities at the borders of patterns for principals, namespaces, service accounts and trust domains. */
function identityClasses(patterns: readonly Pattern[]): string[] {
  const texts = patterns.flatMap((pattern) => ("text" in pattern ? [plain(pattern)] : []));
  const parts = texts.map(identityParts);
  const all = (key: keyof Identity): string[] => {
    const named = parts.flatMap((part) => part[key] ?? []);
    return [...new Set([...named, "other"])];
  };
  const combined = parts.flatMap((part) =>
    (part.trustDomain ? [part.trustDomain] : ["cluster.local", "other"]).flatMap((trustDomain) =>
      (part.namespace ? [part.namespace, "other"] : ["other"]).flatMap((namespace) =>
        (part.serviceAccount ? [part.serviceAccount, "other"] : ["other"]).map((serviceAccount) =>
          principalOf({ trustDomain, namespace, serviceAccount }),
        ),
      ),
    ),
  );
  const crossed =
    all("namespace").length * all("serviceAccount").length <= 64
      ? all("trustDomain").flatMap((trustDomain) =>
          all("namespace").flatMap((namespace) =>
            all("serviceAccount").map((serviceAccount) =>
              principalOf({ trustDomain, namespace, serviceAccount }),
            ),
          ),
        )
      : [];
  return [
    ...combined,
    ...crossed,
    principalOf({ trustDomain: "other", namespace: "other", serviceAccount: "other" }),
  ];
}

/** A pattern of identities with `*` where any text may stand. */
function plain(pattern: Pattern & { readonly text: string }): string {
  const { form, text } = pattern;
  if (form === "prefix") return `${text}*`;
  if (form === "suffix") return `*${text}`;
  if (form !== "regex") return text;
  return text
    .replace("(.+\\/|)", "")
    .replace("(\\/.+)?", "")
    .replace(/\[\^\/\]\*|\.[*+]/g, "*")
    .replace(/\\(.)/g, "$1");
}

/** The parts of an identity that a pattern names, with `other` in place of a wildcard inside of one. */
function identityParts(text: string): Partial<Identity> {
  const filled = (part: string | undefined): string | undefined =>
    part === undefined || part === "" || part === "*" ? undefined : part.replaceAll("*", "other");
  const namespace = filled(/(?:^|\/)ns\/([^/]*)/.exec(text)?.[1]);
  const account = filled(/(?:^|\/)sa\/([^/]*)/.exec(text)?.[1]);
  const tail = /^\*([^/]+)$/.exec(text)?.[1];
  const domain = /^([^/]*)\//.exec(text)?.[1];
  const trustDomain = domain === "ns" || domain === "sa" ? undefined : filled(domain);
  const serviceAccount = account ?? (tail === undefined ? undefined : `other${tail}`);
  return {
    ...(trustDomain !== undefined && { trustDomain }),
    ...(namespace !== undefined && { namespace }),
    ...(serviceAccount !== undefined && { serviceAccount }),
  };
}

/** Returns the patterns of each aspect that atoms are about. */
export function patternsByDimension(atoms: readonly Atom[]): Map<Dimension, Pattern[]> {
  const grouped = Map.groupBy(atoms, ({ dimension }) => dimension);
  return new Map([...grouped].map(([dimension, all]) => [dimension, all.map(({ pattern }) => pattern)]));
}
