import { z } from "zod";

/**
 * A duration with one unit, as Istio and Kubernetes read it: `"500ms"`, `"7.5s"`, `"1h"`.
 *
 * @see https://pkg.go.dev/time#ParseDuration
 */
export type Duration = `${number}${"ms" | "s" | "m" | "h"}`;

const pattern = /^(\d+)(?:\.(\d+))?(ms|s|m|h)$/;
/** The longest duration that Go and therefore Istio can read, about 292 years, in milliseconds. */
const longest = 2n ** 63n / 1_000_000n;
/** More characters than any duration has. */
const tooMany = 100;
const millisecondsPer = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
type Unit = keyof typeof millisecondsPer;

/**
 * Returns the milliseconds of a duration. Undefined if the text is not a duration, longer than 292 years, or not
 * a whole number of milliseconds, which Istio does not accept.
 */
export function parseDuration(text: string): number | undefined {
  const match = text.length > tooMany ? null : pattern.exec(text);
  if (!match) return undefined;
  const [, whole = "", fraction = "", unit = "ms"] = match;
  // Integers: 2.01 * 60_000 would be 120_599.99999999999.
  const milliseconds = BigInt(whole + fraction) * BigInt(millisecondsPer[unit as Unit]);
  const scale = 10n ** BigInt(fraction.length);
  if (milliseconds % scale !== 0n || milliseconds / scale > longest) return undefined;
  return Number(milliseconds / scale);
}

/** Returns the milliseconds of a validated duration. */
export function milliseconds(duration: Duration): number;
export function milliseconds(duration: Duration | undefined): number | undefined;
export function milliseconds(duration?: Duration): number | undefined {
  return duration === undefined ? undefined : (parseDuration(duration) ?? 0);
}

/** Formats milliseconds with the largest exact unit: 30000 is `"30s"`, 7500 is `"7500ms"`, 3600000 is `"1h"`. */
export function formatDuration(milliseconds: number): Duration {
  for (const unit of ["h", "m", "s"] as const) {
    if (milliseconds > 0 && milliseconds % millisecondsPer[unit] === 0) {
      return `${milliseconds / millisecondsPer[unit]}${unit}`;
    }
  }
  return `${milliseconds}ms`;
}

/** A positive duration. Istio rejects durations below one millisecond, and Envoy reads zero as no limit. */
export const durationSchema = z
  .custom<Duration>((value) => typeof value === "string" && (parseDuration(value) ?? 0) >= 1, {
    error: ({ input }) =>
      typeof input === "string" && parseDuration(input) === 0
        ? "omit the field if there is no limit, otherwise write a positive duration"
        : 'write a positive number and one of ms, s, m, h, such as "500ms" or "10s"',
  })
  .meta({ type: "string", pattern: "^(?=.*[1-9])\\d+(\\.\\d+)?(ms|s|m|h)$" });

/** A duration, or zero for fields in which zero has its own meaning. */
export const durationOrZeroSchema = z
  .custom<Duration>((value) => typeof value === "string" && parseDuration(value) !== undefined, {
    params: { fix: 'write a number and one of ms, s, m, h, such as "0s" or "1h"' },
  })
  .meta({ type: "string", pattern: "^\\d+(\\.\\d+)?(ms|s|m|h)$" });
