import { readFileSync } from "node:fs";
import { UserError } from "../../errors/userError";
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

/**
 * Reads declarations: one a line. Empty lines, and lines that begin with `#`, are left out.
 *
 * @throws {UserError} if the file can't be read, or a line is no declaration.
 */
export function readDeclarations(file: string): string[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new UserError({
      problem: `--allow ${file} can't be read: ${(error as Error).message}`,
      fix: "Name a file with lines that meshwright diff has printed.",
      exitCode: 2,
      cause: error,
    });
  }
  const lines = text.split("\n").map((line) => line.trim().replace(/ \(declared\)$/, ""));
  return lines.flatMap((line, i) => {
    if (line === "" || line.startsWith("#")) return [];
    if (/^[A-Z]+\s.*\[[0-9a-f]{8}\]$/.test(line)) return [line];
    throw new UserError({
      problem: `${file}:${i + 1} is no declaration of a change: ${line}`,
      fix: "Copy the line that meshwright diff prints, such as WIDER shop/web may now PUT shop/cart (was GET) [1a2b3c4d].",
      exitCode: 2,
    });
  });
}
