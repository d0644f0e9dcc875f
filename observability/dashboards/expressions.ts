/**
 * The PromQL that several dashboards share. `by` are the labels that are kept.
 *
 * @see https://grafana.com/docs/grafana/latest/datasources/prometheus/template-variables/#use-__rate_interval
 */
import { type Histogram, type Label, type Matchers, perSecond, type Series, series, sum } from "../promql";

/** Grafana's: long enough for a rate, whatever the scrape interval and the zoom. */
export const window = "$__rate_interval";

/** Per second; `among` as for {@link perSecond}. */
export function rate<S extends Series>(
  name: S,
  matchers: Matchers<S>,
  by: readonly Label<S>[] = [],
  among?: readonly Matchers<S>[],
): string {
  return perSecond(name, matchers, window, by, among);
}

/**
 * Of 1: what also meets `part` among what matches `matchers`. 0 where there is none of it; nothing where nothing comes
 * at all, which is no share of 0.
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

/** A part of something that may never have happened: 0 then, but nothing where the whole doesn't happen either. */
export function orZero(part: string, whole: string): string {
  return `${part} or 0 * ${whole}`;
}

/** Of a histogram, in its own unit; nothing where nothing comes. */
export function quantile<H extends Histogram>(
  q: number,
  name: H,
  matchers: Matchers<`${H}_bucket`>,
  by: readonly Label<`${H}_bucket`>[] = [],
): string {
  const buckets = `${sum(["le", ...by])}(rate(${series(`${name}_bucket`, matchers)}[${window}]))`;
  // Without a request it is not a number, which no comparison holds for.
  return `(histogram_quantile(${q}, ${buckets}) >= 0)`;
}
