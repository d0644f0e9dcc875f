import type { Message, Violation } from "./policy";
import { milliseconds } from "./reading/duration";
import { type Field, UNKNOWN } from "./reading/field";

/** The messages about numbers, shared by all policies with limits. */
export const numberMessages = {
  missing: (least: number, most: number): Message => ({
    problem: "is not set, so there is no limit",
    fix: setToNumber(least, most),
  }),
  zero: (least: number, most: number): Message => ({
    problem: "is 0, which Istio reads as no limit",
    fix: setToNumber(least, most),
  }),
  notANumber: (least: number, most: number): Message => ({
    problem: "is not a number",
    fix: setToNumber(least, most),
  }),
  above: (value: number, most: number): Message => ({
    problem: `is ${value}, above the limit of ${most}`,
    fix: `Set it to at most ${most}`,
  }),
  below: (value: number, least: number): Message => ({
    problem: `is ${value}, below the minimum of ${least}`,
    fix: `Set it to at least ${least}`,
  }),
};

/** The messages about durations, shared by all policies with limits. */
export const durationMessages = {
  notADuration: (shortest: string, longest: string): Message => ({
    problem: "is not a duration",
    fix: setToDuration(shortest, longest),
  }),
  above: (value: string, shortest: string, longest: string): Message => ({
    problem: `is ${value}, above the limit of ${longest}`,
    fix: setToDuration(shortest, longest),
  }),
  below: (value: string, shortest: string, longest: string): Message => ({
    problem: `is ${value}, below the minimum of ${shortest}`,
    fix: setToDuration(shortest, longest),
  }),
};

const setToNumber = (least: number, most: number) => `Set it to a number from ${least} to ${most}`;
const setToDuration = (shortest: string, longest: string) =>
  `Set it to a duration from ${shortest} to ${longest}`;

/**
 * Judges a number.
 *
 * @param needed whether a missing number is a violation. So is 0, which Istio reads as no limit
 */
export function bound(field: Field, least: number, most: number, needed: boolean): Violation[] {
  const value = field.value;
  if (value === UNKNOWN) return [];
  if (value === undefined || value === 0) {
    if (!needed) return [];
    return [{ field, ...numberMessages[value === 0 ? "zero" : "missing"](least, most) }];
  }
  if (typeof value !== "number") return [{ field, ...numberMessages.notANumber(least, most) }];
  if (value > most) return [{ field, ...numberMessages.above(value, most) }];
  return value < least ? [{ field, ...numberMessages.below(value, least) }] : [];
}

/** Judges a duration. A missing one is accepted: Istio's defaults are within the limits. */
export function boundDuration(field: Field, shortest: string, longest: string): Violation[] {
  const value = field.value;
  if (value === UNKNOWN || value === undefined) return [];
  const length = milliseconds(value);
  if (typeof value !== "string" || length === undefined) {
    return [{ field, ...durationMessages.notADuration(shortest, longest) }];
  }
  if (length > (milliseconds(longest) ?? Infinity)) {
    return [{ field, ...durationMessages.above(value, shortest, longest) }];
  }
  if (length < (milliseconds(shortest) ?? 0)) {
    return [{ field, ...durationMessages.below(value, shortest, longest) }];
  }
  return [];
}

/** Whether Istio enforces a limit with this value. An unknown value may be a limit. */
export function isLimit(value: unknown): boolean {
  return value === UNKNOWN || (typeof value === "number" && value > 0);
}
