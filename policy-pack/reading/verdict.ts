import { type Field, UNKNOWN } from "./field";

/**
 * Whether all tests hold. One known failure settles it, whatever is unknown; else one unknown value leaves it open, and
 * counts as asked for.
 */
export function holds(tests: readonly [Field, (value: unknown) => boolean][]): boolean | typeof UNKNOWN {
  if (tests.some(([field, passes]) => field.peek !== UNKNOWN && !passes(field.peek))) return false;
  return tests.some(([field]) => field.value === UNKNOWN) ? UNKNOWN : true;
}

/** Nothing, an empty list or an empty map. */
export function isEmpty(value: unknown): boolean {
  return Object.keys(value ?? {}).length === 0;
}
