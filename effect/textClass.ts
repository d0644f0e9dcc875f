/** The classes of texts that patterns distinguish. */
export interface TextClasses {
  /** Names the class of a text by the patterns that match it: no pattern distinguishes texts of one class. */
  readonly nameOf: (text: string) => string;
  /** The texts that a pattern alone matches. All others are of one class. Undefined if a pattern distinguishes those, too. */
  readonly keys?: ReadonlySet<string>;
}

/**
 * Returns the classes of texts.
 *
 * @param exactOf the only text that a pattern matches. Undefined for patterns that match several.
 */
export function textClasses<T>(
  patterns: readonly T[],
  exactOf: (pattern: T) => string | undefined,
  matches: (pattern: T, text: string) => boolean,
): TextClasses {
  const exact = new Set(patterns.flatMap((pattern) => exactOf(pattern) ?? []));
  const others = patterns.filter((pattern) => exactOf(pattern) === undefined);
  return {
    nameOf: (text) =>
      exact.has(text) ? text : others.map((pattern) => (matches(pattern, text) ? "1" : "0")).join(""),
    ...(others.length === 0 && { keys: exact }),
  };
}
