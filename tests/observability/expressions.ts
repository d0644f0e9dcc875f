import { parser } from "@prometheus-io/lezer-promql";
import { type Metric, metrics, targetLabels } from "../../observability/metrics";

/** What an expression asks for. */
interface Query {
  /** Where Prometheus' grammar doesn't fit. */
  readonly errors: readonly string[];
  readonly selectors: readonly { readonly name: string; readonly labels: readonly string[] }[];
  /** Labels by which it groups, matches or joins. */
  readonly groupings: readonly string[];
  /** Labels that it makes itself. */
  readonly made: readonly string[];
}

function read(expression: string): Query {
  const errors: string[] = [];
  const selectors: { name: string; labels: string[] }[] = [];
  const groupings: string[] = [];
  const made: string[] = [];
  parser.parse(expression).iterate({
    enter: ({ type, from, to, node }) => {
      const text = expression.slice(from, to);
      if (type.isError) errors.push(`at ${from}: ${expression.slice(from, from + 20)}`);
      if (type.name === "VectorSelector") {
        const name = node.getChild("Identifier");
        selectors.push({ name: name ? expression.slice(name.from, name.to) : text, labels: [] });
      }
      const last = selectors.at(-1);
      // A label that label_replace makes.
      if (type.name === "FunctionCall" && text.startsWith("label_replace(")) {
        const target = node.getChild("FunctionCallBody")?.getChild("StringLiteral");
        if (target) made.push(expression.slice(target.from + 1, target.to - 1));
      }
      if (type.name !== "LabelName") return;
      if (node.parent?.name === "GroupingLabels") groupings.push(text);
      else last?.labels.push(text);
    },
  });
  return { errors, selectors, groupings, made };
}

/** Everything that is wrong with an expression: grammar, and metrics and labels that nobody reports. */
export function mistakes(
  expression: string,
  records: Readonly<Record<string, readonly string[]>> = {},
): string[] {
  const { errors, selectors, groupings, made } = read(expression);
  const known = new Set(made);
  const found = errors.map((error) => `doesn't parse ${error}`);
  for (const { name, labels } of selectors) {
    const allowed = records[name] ?? labelsOf(name);
    if (allowed === undefined) found.push(`nobody reports ${name}`);
    for (const label of allowed ?? []) known.add(label);
    for (const label of labels) if (allowed?.includes(label) === false) found.push(`${name} has no ${label}`);
  }
  for (const label of groupings) if (!known.has(label)) found.push(`nothing here has ${label}`);
  return found;
}

function labelsOf(name: string): string[] | undefined {
  const all: Readonly<Record<string, Metric>> = metrics;
  const whole = all[name];
  if (whole) return whole.kind === "histogram" ? undefined : [...whole.labels, ...targetLabels];
  const [, base = "", suffix] = /^(.*)_(bucket|sum|count)$/.exec(name) ?? [];
  const histogram = all[base];
  if (histogram?.kind !== "histogram") return undefined;
  return [...histogram.labels, ...targetLabels, ...(suffix === "bucket" ? ["le"] : [])];
}
