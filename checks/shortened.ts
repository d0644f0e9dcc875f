/** A call path, or the factors along it. A path of more than 12 parts is shortened to its first and last five. */
export function shortened(parts: readonly string[], separator = " → "): string {
  return (parts.length <= 12 ? parts : [...parts.slice(0, 5), "…", ...parts.slice(-5)]).join(separator);
}
