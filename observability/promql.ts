import type { MetricName, Metrics, targetLabels } from "./metrics";

/** Condition on a label: a string, or a pattern for the whole value; `not` negates it. */
export type Matcher = string | RegExp | { readonly not: string | RegExp };

/** The time series of a metric. A histogram has no series with its own name. */
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

/** Conditions on some labels of a series. */
export type Matchers<S extends Series> = Partial<Readonly<Record<Label<S>, Matcher>>>;

/** A selector of time series. Only existing metrics and labels compile: `istio_requests_total{reporter="source"}`. */
export function series<S extends Series>(name: S, matchers: Matchers<S> = {}): string {
  return selector(name, matchers);
}

/** A selector of a series that a recording rule records. */
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

/** Prometheus reads strings as Go does. For these strings, JSON's form is the same. */
function quoted(text: string): string {
  return JSON.stringify(text);
}

/** A pattern that matches exactly these values. */
export function oneOf(values: readonly string[]): RegExp {
  return new RegExp(values.map((value) => value.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|"));
}

/** Converts a percentage to a ratio, without rounding errors. */
export function ratio(percent: number): number {
  return Number((percent / 100).toPrecision(12));
}

/**
 * Rate per second, over a window.
 *
 * @param among conditions of which a series meets at most one. The rate includes the series that meet any of them.
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

/**
 * A short window for conditions that must hold for five minutes. A window of five minutes would contain a blip for the
 * whole time.
 */
export const lately = "2m";

/**
 * Returns how often an event occurred within a window, if it did. A new series counts from zero: Istio and Envoy report
 * a counter only after its first event, and `increase` never includes that first step. A series counts as new only if
 * Prometheus scraped its pod before it appeared. Otherwise every counter would be new after a scrape gap, with its
 * whole value.
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
