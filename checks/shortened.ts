/** A way of calls, or a product along it: the ends of a long one, which tell it apart; whole where it is short. */
export function shortened(parts: readonly string[], separator = " → "): string {
  return (parts.length <= 12 ? parts : [...parts.slice(0, 5), "…", ...parts.slice(-5)]).join(separator);
}
