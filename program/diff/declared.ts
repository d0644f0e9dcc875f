import type { Change } from "./changes";

/** Declared changes: those that are found, and declarations that name no change. */
export interface Declared {
  readonly changes: ReadonlySet<Change>;
  readonly unused: readonly string[];
}

/** The line that declares a change: its verdict, its sentence, and the identifier of everything that changes. */
export function declarationOf({ verdict, sentence, id }: Change): string {
  return `${verdict.toUpperCase()} ${sentence} [${id}]`;
}

/**
 * Finds the changes that are declared. A declaration names one change: any difference in what changes has another
 * identifier.
 *
 * @param lines declarations as `diff` prints them.
 */
export function declaredChanges(changes: readonly Change[], lines: readonly string[]): Declared {
  const byText = new Map(changes.map((change) => [declarationOf(change), change]));
  const wanted = [...new Set(lines.map((line) => line.trim().replace(/\s+/g, " ")))];
  return {
    changes: new Set(wanted.flatMap((line) => byText.get(line) ?? [])),
    unused: wanted.filter((line) => !byText.has(line)),
  };
}
