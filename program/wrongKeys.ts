import { z } from "zod";
import { nearest } from "../checks/nearest";

/** What is wrong with keys that are not known, each with the most similar known one. `place` is before their names. */
export function unknownKeys(keys: readonly string[], known: readonly string[], place = ""): string[] {
  return keys
    .filter((key) => !known.includes(key))
    .map((key) => {
      const remove = `remove it: pulumi config rm ${place && "--path "}meshwright:${place}${key}`;
      const fix = nearest(key, known, remove);
      return `${place}${key} is unknown; ${fix.endsWith("?") ? `${fix} Or ${remove}` : fix}`;
    });
}

/** What a schema says of a value. */
interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  /** Keys that the object at `path` can't have. */
  readonly keys?: readonly string[];
}

/** What is wrong with an object, and how to set the field. A field that its schema does not have is named like a key. */
export function wrongFields(key: string, schema: unknown, issues: readonly Issue[], hint = ""): string[] {
  return issues.flatMap((issue) => {
    const path = [key, ...issue.path.map(String)].join(".");
    if (issue.keys) return unknownKeys(issue.keys, fieldNamesAt(schema, issue.path), `${path}.`);
    return `${path}: ${issue.message}. ${hint}Set it like this: pulumi config set --path meshwright:${path} <value>`;
  });
}

/** The fields of the object that a schema has at a path. Empty if none are known, as of another copy of zod. */
function fieldNamesAt(schema: unknown, [first, ...rest]: readonly PropertyKey[]): string[] {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodExactOptional ||
    schema instanceof z.ZodDefault
  )
    return fieldNamesAt(schema.unwrap(), first === undefined ? [] : [first, ...rest]);
  if (!(schema instanceof z.ZodObject)) return [];
  const shape = schema.shape as Readonly<Record<string, unknown>>;
  return first === undefined ? Object.keys(shape) : fieldNamesAt(shape[String(first)], rest);
}
