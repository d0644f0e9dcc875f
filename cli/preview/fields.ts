import { isDeepStrictEqual } from "node:util";
import { isObject } from "../../catalog";
import { formatPath, valueAt } from "../../catalog/path";
import { isEncrypted } from "../../program/stackState";

/** A field whose value changes. Undefined stands for a field that is not there. */
export interface FieldChange {
  /** Path, such as `spec.http[0].timeout`. */
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/**
 * Compares two values field by field. Lists of the same length are compared item by item, others as a whole. Encrypted values
 * can't be compared, so they count as equal.
 */
export function fieldChanges(
  before: unknown,
  after: unknown,
  path: readonly (string | number)[] = [],
): FieldChange[] {
  if (isEncrypted(before) || isDeepStrictEqual(before, after)) return [];
  if (isObject(before) && isObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    return keys.flatMap((key) => fieldChanges(valueAt(before, [key]), valueAt(after, [key]), [...path, key]));
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return before.flatMap((item, i) => fieldChanges(item, after[i], [...path, i]));
  }
  return [
    {
      path: formatPath(path),
      ...(before !== undefined && { before }),
      ...(after !== undefined && { after }),
    },
  ];
}
