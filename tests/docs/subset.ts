import { isObject } from "../../catalog";

/**
 * Where a value lacks something of what is expected of it, as paths: objects may have more fields than expected, lists
 * have the same length, everything else is equal.
 */
export function differences(expected: unknown, actual: unknown, path = ""): string[] {
  if (Array.isArray(expected) && Array.isArray(actual) && expected.length === actual.length) {
    return expected.flatMap((one, i) => differences(one, actual[i], `${path}[${i}]`));
  }
  if (isObject(expected) && isObject(actual)) {
    return Object.entries(expected).flatMap(([key, one]) => differences(one, actual[key], `${path}.${key}`));
  }
  if (JSON.stringify(expected) === JSON.stringify(actual)) return [];
  const found = actual === undefined ? "missing" : JSON.stringify(actual);
  return [`${path}: ${JSON.stringify(expected)} is expected, but it is ${found}`];
}
