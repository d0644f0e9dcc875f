import type { Violation } from "./policy";
import { milliseconds } from "./reading/duration";
import { type Field, UNKNOWN } from "./reading/field";

/**
 * Judges a number.
 * @param needed whether it must be there. Nothing and 0 are the same: Istio reads both as no limit
 */
export function bound(field: Field, least: number, most: number, needed: boolean): Violation[] {
  const value = field.value;
  if (value === UNKNOWN) return [];
  if (value === undefined || value === 0) {
    if (!needed) return [];
    const problem = value === 0 ? "is 0, which Istio reads as no limit" : "is not set, so there is no limit";
    return [{ field, problem, cure: `Set it to a number from ${least} to ${most}` }];
  }
  if (typeof value !== "number") {
    return [{ field, problem: "is not a number", cure: `Set it to a number from ${least} to ${most}` }];
  }
  if (value > most) {
    return [{ field, problem: `is ${value}, above the limit of ${most}`, cure: `Set it to at most ${most}` }];
  }
  if (value < least) {
    return [
      { field, problem: `is ${value}, below the least of ${least}`, cure: `Set it to at least ${least}` },
    ];
  }
  return [];
}

/** Judges a duration; where there is none, Istio's default is taken to be within the limits. */
export function boundDuration(field: Field, shortest: string, longest: string): Violation[] {
  const value = field.value;
  if (value === UNKNOWN || value === undefined) return [];
  const cure = `Set it to a duration from ${shortest} to ${longest}`;
  const length = milliseconds(value);
  if (typeof value !== "string" || length === undefined)
    return [{ field, problem: "is not a duration", cure }];
  if (length > (milliseconds(longest) ?? Infinity)) {
    return [{ field, problem: `is ${value}, above the limit of ${longest}`, cure }];
  }
  if (length < (milliseconds(shortest) ?? 0)) {
    return [{ field, problem: `is ${value}, below the least of ${shortest}`, cure }];
  }
  return [];
}

/** Whether a value limits anything in Istio's eyes; an unknown one may. */
export function isLimit(value: unknown): boolean {
  return value === UNKNOWN || (typeof value === "number" && value > 0);
}
