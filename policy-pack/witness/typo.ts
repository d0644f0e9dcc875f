/**
 * Whether a text is probably another one with a typing error: they differ in one or two letters, or in upper case. Texts
 * that differ in digits only are names of a series, such as `web-1` and `web-2`.
 */
export function isNear(text: string, other: string): boolean {
  if (text === other || plain(text) === plain(other)) return false;
  if (text.toLowerCase() === other.toLowerCase()) return true;
  return (
    Math.min(text.length, other.length) >= 4 &&
    distance(text, other) <= 2 &&
    text.startsWith(other.slice(0, 1))
  );
}

function plain(text: string): string {
  return text.replace(/[-_.]?v?\d+/g, "");
}

/** The number of letters that are added, removed, replaced or swapped with their neighbour. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return Infinity;
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const at = (x: number, y: number): number => (x === 0 ? row : (rows[i - x] ?? []))[j - y] ?? Infinity;
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(Math.min(at(1, 0) + 1, at(0, 1) + 1, at(1, 1) + cost, swapped ? at(2, 2) + 1 : Infinity));
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? Infinity;
}
