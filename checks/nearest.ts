import { distance } from "fastest-levenshtein";

/** The fix of an unknown name: the most similar known one, or a list of all if there are at most 12. */
export function nearest(name: string, known: readonly string[], otherwise: string): string {
  const close = [...known].sort((a, b) => distance(name, a) - distance(name, b))[0];
  if (close !== undefined && distance(name, close) <= name.length / 3) return `did you mean "${close}"?`;
  if (known.length === 0 || known.length > 12) return otherwise;
  return `use one of ${known.map((one) => `"${one}"`).join(", ")}, or ${otherwise}`;
}
