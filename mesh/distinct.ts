/** Returns a list without entries that are equal to an earlier one. */
export function distinct<T>(list: readonly T[]): T[] {
  const seen = new Set<string>();
  return list.filter((entry) => {
    const text = JSON.stringify(entry);
    if (seen.has(text)) return false;
    seen.add(text);
    return true;
  });
}
