import { type Metric, metrics } from "../../observability/metrics";

const all: Readonly<Record<string, Metric>> = metrics;

/** The labels of each series that is exposed, by its metric's name; and what each metric is. */
export interface Exposed {
  readonly kinds: Record<string, string>;
  readonly labels: Record<string, string[][]>;
}

/** https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format */
export function read(text: string): Exposed {
  const exposed: Exposed = { kinds: {}, labels: {} };
  for (const line of text.split("\n")) {
    const [, typed, kind] = /^# TYPE (\S+) (\S+)/.exec(line) ?? [];
    if (typed !== undefined && kind !== undefined) exposed.kinds[typed] = kind;
    const [, name, labels = ""] = /^([a-z_]+)(?:\{(.*)\})? \S+$/.exec(line) ?? [];
    if (name === undefined) continue;
    const metric = name.replace(/_(bucket|sum|count)$/, (suffix, _, at: number) =>
      name.slice(0, at) in all ? "" : suffix,
    );
    (exposed.labels[metric] ??= []).push([...labels.matchAll(/(\w+)="/g)].map(([, label = ""]) => label));
  }
  return exposed;
}
