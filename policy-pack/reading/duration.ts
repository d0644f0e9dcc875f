const MILLISECONDS = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;

/** The form of a duration in Istio and in this pack's configuration: `30s`, `1m30s`, `500ms`, `0.5s`. */
export const DURATION = "^(\\d+(\\.\\d+)?(h|ms|m|s))+$";

/**
 * The length of a duration in milliseconds. Undefined if the value is not a duration.
 * https://istio.io/latest/docs/reference/config/networking/destination-rule/
 */
export function milliseconds(value: unknown): number | undefined {
  if (typeof value !== "string" || !new RegExp(DURATION).test(value)) return undefined;
  return [...value.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)].reduce(
    (sum, [, amount = "", unit]) => sum + length(amount, MILLISECONDS[unit as keyof typeof MILLISECONDS]),
    0,
  );
}

/** Computes with integers, because 2.01 × 60,000 is not exact in binary fractions. */
function length(amount: string, unit: number): number {
  const [whole = "", fraction = ""] = amount.split(".");
  return (Number(whole + fraction) * unit) / 10 ** fraction.length;
}
