import { type Declared, declarationOf } from "../../program/diff/declared";
import type { Change } from "../../program/diff/changes";
import { markdownOf, type Names, textOf } from "../../program/diff/report";

/** What `diff` can print. */
export const formats = {
  text: textOf,
  markdown: markdownOf,
  json: (changes: readonly Change[], names: Names, declared: Declared) =>
    JSON.stringify(
      {
        old: names.old,
        new: names.now,
        changes: changes.map((change) => ({
          ...change,
          declaration: declarationOf(change),
          isDeclared: declared.changes.has(change),
        })),
        unusedDeclarations: declared.unused,
        assumedPods: names.assumed ?? [],
      },
      null,
      2,
    ),
};
