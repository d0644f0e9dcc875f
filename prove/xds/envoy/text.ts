import { type Json, objectOf } from "../json";

/**
 * Whether a text fits a StringMatcher. A regular expression has to match all of it.
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/api-v3/type/matcher/v3/string.proto
 */
export function textHolds(matcher: Json, value: string | undefined): boolean {
  if (value === undefined) return false;
  const { exact, prefix, suffix, contains, safeRegex, ignoreCase } = matcher;
  const fold = (text: unknown): string => (ignoreCase === true ? String(text).toLowerCase() : String(text));
  if (prefix !== undefined) return fold(value).startsWith(fold(prefix));
  if (suffix !== undefined) return fold(value).endsWith(fold(suffix));
  if (contains !== undefined) return fold(value).includes(fold(contains));
  if (safeRegex !== undefined) return new RegExp(`^(?:${String(objectOf(safeRegex).regex)})$`).test(value);
  return fold(value) === fold(exact ?? "");
}

/** Whether an IPv4 address is within a CidrRange. */
export function blockHolds({ addressPrefix, prefixLen = 0 }: Json, address: string): boolean {
  const bits = (text: string): string =>
    text
      .split(".")
      .map((part) => Number(part).toString(2).padStart(8, "0"))
      .join("");
  const length = Number(prefixLen);
  return bits(address).slice(0, length) === bits(String(addressPrefix)).slice(0, length);
}
