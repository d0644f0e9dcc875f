/**
 * The PromQL that several dashboards share. `by` are the labels that are kept; `$__rate_interval` is Grafana's: long
 * enough for a rate, whatever the scrape interval and the zoom.
 *
 * @see https://grafana.com/docs/grafana/latest/datasources/prometheus/template-variables/#use-__rate_interval
 */
import { type Histogram, type Label, type Matchers, type Series, series } from "../promql";

/** Per second. */
export function rate<S extends Series>(name: S, matchers: Matchers<S>, by: readonly Label<S>[] = []): string {
  return `sum${grouping(by)}(rate(${series(name, matchers)}[$__rate_interval]))`;
}

/** Of 1: what also matches `part` among what matches `matchers`; 0, not nothing, where there is none of it. */
export function share<S extends Series>(
  name: S,
  matchers: Matchers<S>,
  part: Matchers<S>,
  by: readonly Label<S>[] = [],
): string {
  const all = rate(name, matchers, by);
  return `(${rate(name, { ...matchers, ...part }, by)} or ${all} * 0) / ${all}`;
}

/** Of a histogram, in its own unit. */
export function quantile<H extends Histogram>(
  q: number,
  name: H,
  matchers: Matchers<`${H}_bucket`>,
  by: readonly Label<`${H}_bucket`>[] = [],
): string {
  const buckets = `sum${grouping(["le", ...by])}(rate(${series(`${name}_bucket`, matchers)}[$__rate_interval]))`;
  return `histogram_quantile(${q}, ${buckets})`;
}

export function grouping(by: readonly string[]): string {
  return by.length === 0 ? "" : ` by (${by.join(", ")}) `;
}
