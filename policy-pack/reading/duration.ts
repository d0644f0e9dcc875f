const MILLISECONDS = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;

/** The form of a duration in Istio and in this pack's configuration: `30s`, `1m30s`, `500ms`, `0.5s`. */
export const DURATION = "^(\\d+(\\.\\d+)?(h|ms|m|s))+$";

/** The longest duration that Go and therefore Istio can read, about 292 years. https://pkg.go.dev/time#Duration */
const LONGEST = 2 ** 63 / 1e6;

/** More characters than any duration has. */
const TOO_MANY = 100;

/**
 * The length of a duration in milliseconds. Undefined if the value is not a duration, or longer than 292 years.
 * https://istio.io/latest/docs/reference/config/networking/destination-rule/
 */
export function milliseconds(value: unknown): number | undefined {
  if (typeof value !== "string" || value.length > TOO_MANY || !new RegExp(DURATION).test(value))
    return undefined;
  const sum = [...value.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)].reduce(
    (sum, [, amount = "", unit]) => sum + length(amount, MILLISECONDS[unit as keyof typeof MILLISECONDS]),
    0,
  );
  return sum <= LONGEST ? sum : undefined;
}

/** Computes with integers, because 2.01 × 60,000 is not exact in binary fractions. */
function length(amount: string, unit: number): number {
  const [whole = "", fraction = ""] = amount.split(".");
  return (Number(whole + fraction) * unit) / 10 ** fraction.length;
}
