import { type Fields, fieldsAt, numberAt, textAt } from "./field";

/**
 * Returns the rates that an EnvoyFilter's token buckets allow at each pod, a text each.
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/local_rate_limit_filter
 */
export function ratesIn(spec: unknown): string[] {
  return [...new Set(fieldsNamed(spec, "token_bucket").map(bucketText))];
}

/** Whether another service counts the requests of all pods together. */
export function isCountedElsewhere(spec: unknown): boolean {
  return fieldsNamed(spec, "rate_limit_service").length > 0;
}

function bucketText({ value, beside }: Named): string {
  const bucket = fieldsAt({ value }, "value");
  const burst = numberAt(bucket, "max_tokens") ?? 0;
  const rate = numberAt(bucket, "tokens_per_fill") ?? burst;
  const interval = textAt(bucket, "fill_interval") ?? "";
  const shares = ["filter_enabled", "filter_enforced"].map((name) => shareOf(fieldsAt(beside, name)));
  const share = Math.min(...shares);
  const enforced = share === 100 ? "" : `, of ${share} % of the requests`;
  return `${rate} requests per ${interval}, at most ${burst} at once${enforced}`;
}

/** Without a share, Envoy neither checks nor enforces the limit, but nested buckets have the share of the filter. */
function shareOf(fraction: Fields): number {
  const { numerator, denominator = "HUNDRED" } = fieldsAt(fraction, "default_value");
  const of = { HUNDRED: 100, TEN_THOUSAND: 10_000, MILLION: 1_000_000 }[String(denominator)] ?? 100;
  return typeof numerator === "number" ? (numerator / of) * 100 : 100;
}

interface Named {
  readonly value: unknown;
  /** The object that has the field. */
  readonly beside: Fields;
}

/** The values of all fields of a name, at any depth. */
function fieldsNamed(value: unknown, name: string): Named[] {
  if (typeof value !== "object" || value === null) return [];
  const beside = value as Fields;
  return Object.entries(beside).flatMap(([key, inner]) => [
    ...(key === name && inner !== undefined && inner !== null ? [{ value: inner, beside }] : []),
    ...fieldsNamed(inner, name),
  ]);
}
