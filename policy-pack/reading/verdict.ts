import { type Field, UNKNOWN } from "./field";

/**
 * Whether all tests pass. False if one known value fails its test. Otherwise UNKNOWN if one value is unknown, which is then
 * recorded as read.
 */
export function holds(tests: readonly [Field, (value: unknown) => boolean][]): boolean | typeof UNKNOWN {
  if (tests.some(([field, passes]) => field.peek !== UNKNOWN && !passes(field.peek))) return false;
  return tests.some(([field]) => field.value === UNKNOWN) ? UNKNOWN : true;
}

/** Whether a value is not set, an empty list or an empty map. */
export function isEmpty(value: unknown): boolean {
  return Object.keys(value ?? {}).length === 0;
}
