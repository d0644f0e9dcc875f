/**
 * Whether a pattern matches the name of a header, in any case.
 *
 * @param pattern name in lower case; a * at the end matches any suffix
 */
export function matchesHeader(pattern: string, header: string): boolean {
  const name = header.toLowerCase();
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}
