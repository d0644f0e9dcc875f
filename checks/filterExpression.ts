import { type ASTNode, Environment, ParseError } from "@marcbachmann/cel-js";

/** Objects whose fields are not listed here, because Envoy adds some in each release, or filters add their own. */
const open = [
  "connection",
  "upstream",
  "source",
  "destination",
  "metadata",
  "filter_state",
  "upstream_filter_state",
  "xds",
  "node",
];

const text = "string";
const texts = "map<string, string>";

/** @see https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/advanced/attributes */
const closed: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  request: {
    ...Object.fromEntries(
      ["path", "url_path", "host", "scheme", "method", "referer", "useragent", "id", "protocol", "query"].map(
        (name) => [name, text],
      ),
    ),
    headers: texts,
    time: "google.protobuf.Timestamp",
    duration: "google.protobuf.Duration",
    size: "int",
    total_size: "int",
  },
  response: {
    code: "int",
    code_details: text,
    flags: "int",
    grpc_status: "int",
    headers: texts,
    trailers: texts,
    size: "int",
    total_size: "int",
    backend_latency: "google.protobuf.Duration",
  },
};

/** Every attribute of Envoy, such as `response.code`. */
export const attributes: readonly string[] = [
  ...Object.entries(closed).flatMap(([root, fields]) => Object.keys(fields).map((one) => `${root}.${one}`)),
  ...open,
];

const environment = new Environment();
for (const name of open) environment.registerVariable(name, "map");
for (const [name, schema] of Object.entries(closed)) environment.registerVariable(name, { schema });

/** What is wrong with a filter. */
export type FilterProblem =
  | { readonly kind: "attribute"; readonly attribute: string }
  | { readonly kind: "syntax" | "type"; readonly reason: string }
  | { readonly kind: "result"; readonly type: string };

/** Checks a CEL expression that decides which requests are logged: its syntax, Envoy's attributes, and its types. */
export function filterProblems(filter: string): FilterProblem[] {
  let unknown: string[];
  try {
    unknown = [...unknownAttributes(environment.parse(filter).ast, new Set())];
  } catch (error) {
    if (error instanceof ParseError) return [{ kind: "syntax", reason: reasonOf(error, filter) }];
    throw error;
  }
  if (unknown.length > 0) {
    return [...new Set(unknown)].map((attribute) => ({ kind: "attribute", attribute }));
  }
  const { valid, type, error } = environment.check(filter);
  if (!valid) return [{ kind: "type", reason: error ? reasonOf(error, filter) : "" }];
  return type === undefined || type === "bool" || type === "dyn" ? [] : [{ kind: "result", type }];
}

function reasonOf({ summary, range }: Pick<ParseError, "summary" | "range">, filter: string): string {
  const part = range ? filter.slice(range.start, range.end).trim() : "";
  return part === "" || part === filter.trim() ? summary : `${summary} (in ${part})`;
}

const macros = new Set(["all", "exists", "exists_one", "map", "filter"]);

/** The attributes of an expression that Envoy does not have. */
function* unknownAttributes(node: ASTNode, bound: ReadonlySet<string>): Iterable<string> {
  switch (node.op) {
    case "value":
      return;
    case "id":
      if (!isKnown(node.args, undefined) && !bound.has(node.args)) yield node.args;
      return;
    case ".":
    case ".?": {
      const [object, field] = node.args;
      if (object.op !== "id" || bound.has(object.args)) yield* unknownAttributes(object, bound);
      else if (!isKnown(object.args, field)) yield nameOf(object.args, field);
      return;
    }
    case "[]":
    case "[?]": {
      const [object, key] = node.args;
      const field = key.op === "value" ? String(key.args) : undefined;
      if (object.op === "id" && !bound.has(object.args) && field !== undefined) {
        if (!isKnown(object.args, field)) yield nameOf(object.args, field);
        return;
      }
      break;
    }
    case "rcall": {
      const [name, receiver, [first, ...rest]] = node.args;
      if (macros.has(name) && first?.op === "id") {
        yield* unknownAttributes(receiver, bound);
        for (const one of rest) yield* unknownAttributes(one, new Set([...bound, first.args]));
        return;
      }
      break;
    }
  }
  for (const one of partsOf(node.args)) yield* unknownAttributes(one, bound);
}

function isKnown(root: string, field: string | undefined): boolean {
  if (open.includes(root)) return true;
  return Object.hasOwn(closed, root) && (field === undefined || Object.hasOwn(closed[root] ?? {}, field));
}

function nameOf(root: string, field: string): string {
  return Object.hasOwn(closed, root) ? `${root}.${field}` : root;
}

function partsOf(args: unknown): ASTNode[] {
  if (Array.isArray(args)) return args.flatMap(partsOf);
  return typeof args === "object" && args !== null && "op" in args ? [args as ASTNode] : [];
}
