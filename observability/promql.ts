import type { MetricName, Metrics, targetLabels } from "./metrics";

/** What a label must be: text, or a pattern of the whole value; `not` for the opposite. */
export type Matcher = string | RegExp | { readonly not: string | RegExp };

/** The time series of a metric: a histogram has none of its own name. */
export type Series = {
  [Name in MetricName]: Metrics[Name]["kind"] extends "histogram"
    ? `${Name}_${"bucket" | "sum" | "count"}`
    : Name;
}[MetricName];

/** The metrics that are histograms. */
export type Histogram = {
  [Name in MetricName]: Metrics[Name]["kind"] extends "histogram" ? Name : never;
}[MetricName];

type MetricOf<S extends Series> = S extends MetricName
  ? S
  : S extends `${infer Name extends MetricName}_${"bucket" | "sum" | "count"}`
    ? Name
    : never;

/** A label that a series has. */
export type Label<S extends Series> =
  | Metrics[MetricOf<S>]["labels"][number]
  | (S extends `${string}_bucket` ? "le" : never)
  | (typeof targetLabels)[number];

/** What some labels of a series must be. */
export type Matchers<S extends Series> = Partial<Readonly<Record<Label<S>, Matcher>>>;

/** A selector of time series, of metrics and labels that exist: `istio_requests_total{reporter="source"}`. */
export function series<S extends Series>(name: S, matchers: Matchers<S> = {}): string {
  return selector(name, matchers);
}

/** The same of a series that a recording rule makes. */
export function selector(name: string, matchers: Readonly<Partial<Record<string, Matcher>>> = {}): string {
  const conditions = Object.entries(matchers).flatMap(([label, matcher]) =>
    matcher === undefined ? [] : [`${label}${condition(matcher)}`],
  );
  return conditions.length === 0 ? name : `${name}{${conditions.join(",")}}`;
}

function condition(matcher: Matcher): string {
  const negative = typeof matcher === "object" && !(matcher instanceof RegExp);
  const value = negative ? matcher.not : matcher;
  const operator = value instanceof RegExp ? (negative ? "!~" : "=~") : negative ? "!=" : "=";
  return `${operator}${quoted(value instanceof RegExp ? value.source : value)}`;
}

/** Prometheus reads strings as Go does, which for these is as JSON does. */
function quoted(text: string): string {
  return JSON.stringify(text);
}

/** A pattern that only these values match. */
export function oneOf(values: readonly string[]): RegExp {
  return new RegExp(values.map((value) => value.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|"));
}

/** A percentage as the share that PromQL counts with, without the noise of binary fractions. */
export function ratio(percent: number): number {
  return Number((percent / 100).toPrecision(12));
}

/**
 * Per second, over a window.
 *
 * @param among conditions of which a series meets one at most; what meets any of them counts.
 */
export function perSecond<S extends Series>(
  name: S,
  matchers: Matchers<S>,
  window: string,
  by: readonly Label<S>[] = [],
  among: readonly Matchers<S>[] = [{}],
): string {
  const rates = among.map((condition) => `rate(${series(name, { ...matchers, ...condition })}[${window}])`);
  return `${sum(by)}(${rates.join(" or ")})`;
}

/** A sum that keeps some labels, or none. */
export function sum(by: readonly string[]): string {
  return by.length === 0 ? "sum" : `sum by (${by.join(", ")}) `;
}

/** A window of its own for what must go on for five minutes: a blip is within the last five minutes for that long. */
export const lately = "2m";

/**
 * How often something happened within a window, where it did. A series that didn't exist before counts from zero:
 * Istio and Envoy report a counter only once it counts, and `increase` never sees that first step. That it didn't exist
 * is only known if its pod has answered Prometheus then: after a pause, or where it couldn't be reached, every counter
 * would look new, with all that it ever counted.
 */
export function occurrences(
  counter: string,
  by: readonly string[] = [],
  window: "5m" | typeof lately = "5m",
): string {
  const answered = `and on (job, instance) (${series("up")} offset ${window} == 1)`;
  return (
    `${sum(by)}(increase(${counter}[${window}])) > 0` +
    ` or ${sum(by)}((${counter} unless ${counter} offset ${window}) ${answered}) > 0`
  );
}
