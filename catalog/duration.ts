import { z } from "zod";

/**
 * A length of time with one unit, as Istio and Kubernetes read it: `"500ms"`, `"7.5s"`, `"1h"`.
 *
 * @see https://pkg.go.dev/time#ParseDuration
 */
export type Duration = `${number}${"ms" | "s" | "m" | "h"}`;

const pattern = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/;
const millisecondsPer = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
type Unit = keyof typeof millisecondsPer;

/** Milliseconds of a duration, rounded down to whole ones, or undefined when the text isn't a duration. */
export function parseDuration(text: string): number | undefined {
  const match = pattern.exec(text);
  if (!match) return undefined;
  return Math.floor(Number(match[1]) * millisecondsPer[match[2] as Unit]);
}

/** The shortest exact spelling of some milliseconds: 30000 is `"30s"`, 7500 is `"7500ms"`, 3600000 is `"1h"`. */
export function formatDuration(milliseconds: number): Duration {
  for (const unit of ["h", "m", "s"] as const) {
    if (milliseconds > 0 && milliseconds % millisecondsPer[unit] === 0) {
      return `${milliseconds / millisecondsPer[unit]}${unit}`;
    }
  }
  return `${milliseconds}ms`;
}

/** Istio refuses durations below one millisecond, and zero means "no limit" to Envoy: neither can be meant here. */
export const durationSchema = z.custom<Duration>(
  (value) => typeof value === "string" && (parseDuration(value) ?? 0) >= 1,
  { params: { cure: 'write a positive number and one of ms, s, m, h, such as "500ms" or "10s"' } },
);
