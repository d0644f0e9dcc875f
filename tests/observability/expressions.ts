import { parser } from "@prometheus-io/lezer-promql";
import { type Metric, metrics, targetLabels } from "../../observability/metrics";

type SyntaxNode = ReturnType<typeof parser.parse>["topNode"];

/** What an expression asks for. */
interface Query {
  /** Where Prometheus' grammar doesn't fit. */
  readonly errors: readonly string[];
  readonly selectors: readonly Selector[];
  /** Labels by which it groups, matches or joins, and the part of the expression that has to have them. */
  readonly groupings: readonly { readonly label: string; readonly of: SyntaxNode }[];
  /** Right sides of `and` and `unless`: they choose, and give no labels. */
  readonly filters: readonly Part[];
  /** Labels that it makes itself. */
  readonly made: readonly string[];
}

interface Part {
  readonly from: number;
  readonly to: number;
}

interface Selector extends Part {
  readonly name: string;
  readonly labels: string[];
}

function read(expression: string): Query {
  const errors: string[] = [];
  const selectors: Selector[] = [];
  const groupings: { label: string; of: SyntaxNode }[] = [];
  const filters: Part[] = [];
  const made: string[] = [];
  parser.parse(expression).iterate({
    enter: ({ type, from, to, node }) => {
      const text = expression.slice(from, to);
      if (type.isError) errors.push(`at ${from}: ${expression.slice(from, from + 20)}`);
      if (type.name === "VectorSelector") {
        const name = node.getChild("Identifier");
        selectors.push({ name: name ? expression.slice(name.from, name.to) : text, labels: [], from, to });
      }
      if (type.name === "BinaryExpr" && (node.getChild("And") ?? node.getChild("Unless")) && node.lastChild)
        filters.push(node.lastChild);
      const last = selectors.at(-1);
      // A label that label_replace makes.
      if (type.name === "FunctionCall" && text.startsWith("label_replace(")) {
        const target = node.getChild("FunctionCallBody")?.getChild("StringLiteral");
        if (target) made.push(expression.slice(target.from + 1, target.to - 1));
      }
      if (type.name !== "LabelName") return;
      if (node.parent?.name === "GroupingLabels") groupings.push({ label: text, of: groupedBy(node) });
      else last?.labels.push(text);
    },
  });
  return { errors, selectors, groupings, filters, made };
}

/** The aggregation or the operation that a label in its parentheses is for. */
function groupedBy(label: SyntaxNode): SyntaxNode {
  let node: SyntaxNode = label;
  while (node.parent && node.name !== "AggregateExpr" && node.name !== "BinaryExpr") node = node.parent;
  return node;
}

/** Everything that is wrong with an expression: grammar, and metrics and labels that nobody reports. */
export function mistakes(
  expression: string,
  records: Readonly<Record<string, readonly string[]>> = {},
): string[] {
  const { errors, selectors, groupings, filters, made } = read(expression);
  const found = errors.map((error) => `doesn't parse ${error}`);
  const allowed = (name: string): readonly string[] | undefined => records[name] ?? labelsOf(name);
  for (const { name, labels } of selectors) {
    const own = allowed(name);
    if (own === undefined) found.push(`nobody reports ${name}`);
    for (const label of labels) if (own?.includes(label) === false) found.push(`${name} has no ${label}`);
  }
  for (const { label, of } of groupings) {
    if (made.includes(label)) continue;
    // An aggregation groups what it is given; a match needs the label on both sides.
    const passed = of.name === "AggregateExpr" ? filters.filter((one) => within(one, of)) : [];
    for (const selector of selectors) {
      const { name } = selector;
      if (!within(selector, of) || passed.some((one) => within(selector, one))) continue;
      if (allowed(name)?.includes(label) !== false) continue;
      found.push(`${name} has no ${label} to group by`);
    }
  }
  return found;
}

function within(part: Part, whole: Part): boolean {
  return part.from >= whole.from && part.to <= whole.to;
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
