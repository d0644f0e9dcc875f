/** Objects that select pods by labels, found without comparing each of them. */
export type SelectorIndex<T> = (labels: Readonly<Record<string, string>>) => readonly T[];

/**
 * Indexes objects by the first label of their selectors.
 *
 * @returns a function that returns, in the given order, the objects that can select pods with the labels. They are all
 * without a selector, and those whose first label fits. The caller compares the other labels.
 */
export function selectorIndex<T>(
  objects: readonly T[],
  selectorOf: (one: T) => Readonly<Record<string, string>>,
): SelectorIndex<T> {
  const always: number[] = [];
  const byLabel = new Map<string, number[]>();
  for (const [i, one] of objects.entries()) {
    const [first] = Object.entries(selectorOf(one));
    if (!first) always.push(i);
    else {
      const key = first.join("=");
      const list = byLabel.get(key);
      if (list) list.push(i);
      else byLabel.set(key, [i]);
    }
  }
  return (labels) => {
    const found = Object.entries(labels).flatMap((label) => byLabel.get(label.join("=")) ?? []);
    return [...always, ...found].sort((a, b) => a - b).flatMap((i) => objects[i] ?? []);
  };
}
