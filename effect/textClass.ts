/**
 * Returns a function that names the class of a text by the patterns that match it: no pattern distinguishes texts of one class.
 *
 * @param exactOf the only text that a pattern matches. Undefined for patterns that match several.
 */
export function textClass<T>(
  patterns: readonly T[],
  exactOf: (pattern: T) => string | undefined,
  matches: (pattern: T, text: string) => boolean,
): (text: string) => string {
  const exact = new Set(patterns.map(exactOf));
  const others = patterns.filter((pattern) => exactOf(pattern) === undefined);
  return (text) =>
    exact.has(text) ? text : others.map((pattern) => (matches(pattern, text) ? "1" : "0")).join("");
}
