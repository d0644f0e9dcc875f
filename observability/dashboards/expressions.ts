/**
 * PromQL that several dashboards share. `by` are the labels that are kept.
 *
 * @see https://grafana.com/docs/grafana/latest/datasources/prometheus/template-variables/#use-__rate_interval
 */
import { type Histogram, type Label, type Matchers, perSecond, type Series, series, sum } from "../promql";

/** Grafana's window: long enough for a rate, whatever the scrape interval and the zoom. */
export const window = "$__rate_interval";

/** Rate per second; `among` as for {@link perSecond}. */
export function rate<S extends Series>(
  name: S,
  matchers: Matchers<S>,
  by: readonly Label<S>[] = [],
  among?: readonly Matchers<S>[],
): string {
  return perSecond(name, matchers, window, by, among);
}

/**
 * Returns a ratio from 0 to 1: the part of the requests with `matchers` that also meets `part`. It is 0 without such
 * requests, and has no value without any requests.
 */
export function share<S extends Series>(
  name: S,
  matchers: Matchers<S>,
  part: readonly Matchers<S>[],
  by: readonly Label<S>[] = [],
): string {
  const all = rate(name, matchers, by);
  return `(${orZero(rate(name, matchers, by, part), all)}) / (${all} > 0)`;
}

/** A part of events that may never have occurred: then 0, but no value if no event occurred at all. */
export function orZero(part: string, whole: string): string {
  return `${part} or 0 * ${whole}`;
}

/** Quantile of a histogram, in its own unit. It has no value without requests. */
export function quantile<H extends Histogram>(
  q: number,
  name: H,
  matchers: Matchers<`${H}_bucket`>,
  by: readonly Label<`${H}_bucket`>[] = [],
): string {
  const buckets = `${sum(["le", ...by])}(rate(${series(`${name}_bucket`, matchers)}[${window}]))`;
  // Without requests the quantile is NaN, for which every comparison is false.
  return `(histogram_quantile(${q}, ${buckets}) >= 0)`;
}
