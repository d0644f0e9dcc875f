import { z } from "zod";
import { formatPath, type MeshDefinition, meshSchema } from "../catalog";
import type { Finding } from "./finding";
import { nearest } from "./nearest";
import { markPlain } from "./plain";
import type { Report, StructureRule } from "./rule";
import { base, http, webAndApi } from "./rules/example";
import { standIn } from "./standIn";
import { cut, put } from "./written";

export const valueValid: StructureRule = {
  code: "MW001",
  severity: "error",
  title: "A value has the form that its field needs",
  stage: "structure",
  examples: {
    wrong: webAndApi({}, { resilience: { timeout: "10sec" } }),
    right: webAndApi({}, { resilience: { timeout: "10s" } }),
  },
};

export const fieldKnown: StructureRule = {
  code: "MW002",
  severity: "error",
  title: "There are no unknown fields",
  stage: "structure",
  examples: {
    wrong: webAndApi({}, { resilience: { timout: "10s" } }),
    right: webAndApi({}, { resilience: { timeout: "10s" } }),
  },
};

export const fieldGiven: StructureRule = {
  code: "MW003",
  severity: "error",
  title: "Required fields are given",
  stage: "structure",
  examples: {
    wrong: { ...base, services: { web: { ports: { http: { port: 8080 } } } } },
    right: { ...base, services: { web: { ports: { http } } } },
  },
};

export interface Structure {
  readonly findings: Finding[];
  /** The catalog as it was given, with a mark at each place whose value is not plain. */
  readonly input: unknown;
  /** What is left without the places that are wrong; nothing when it isn't a catalog at all. */
  readonly rest?: MeshDefinition;
  /** Where in the rest something stands in for what is wrong or missing: no rule has anything to say about it. */
  readonly standIns: readonly string[];
}

/**
 * Reads something of unknown shape as a catalog: every place where it doesn't have the shape of one, and what
 * is left without them, so that one mistake hides as little as possible from the rules.
 */
export function readStructure(given: unknown): Structure {
  const { findings: unplain, paths: unread, marked: input } = markPlain(given);
  const manifest = manifestIn(input);
  if (manifest) return { findings: [manifest], input, standIns: [] };
  const first = meshSchema.safeParse(input);
  const isUnread = formatted(unread);
  const issues = (first.success ? [] : flatten(first.error.issues)).filter(
    ({ path, keys }) => keys !== undefined || !isUnread.has(formatPath(path)),
  );
  const missing = issues.filter(({ path, keys }) => !keys && valueAt(input, path) === undefined);
  const findings = [...unplain, ...issues.map((issue) => describe(issue, input, missing))];
  const standIns: string[] = [];
  let rest = input;
  // Overrides accept any value, so the schema leaves the marks in them.
  for (let result: typeof first = first, left = unread; ; result = meshSchema.safeParse(rest), left = []) {
    if (result.success && left.length === 0) return { findings, input, rest: result.data, standIns };
    const wrong = result.success ? [] : flatten(result.error.issues);
    const isLeft = formatted(left);
    const paths = [
      ...left,
      ...wrong
        .flatMap(({ path, keys }) => (keys ? keys.map((key) => [...path, key]) : [path]))
        .filter((path) => !isLeft.has(formatPath(path))),
    ];
    for (const path of paths) {
      const value = standIn(path, standIns.length);
      const place = formatPath(path);
      if (value === undefined || standIns.includes(place)) {
        rest = cut(rest, path);
      } else {
        standIns.push(place);
        rest = put(rest, path, value);
      }
    }
    if (rest === undefined) return { findings, input, standIns };
  }
}

function formatted(paths: readonly (readonly (string | number)[])[]): Set<string> {
  return new Set(paths.map(formatPath));
}

/** One finding for an object of Kubernetes instead of a catalog, rather than one for each of its fields. */
function manifestIn(input: unknown): Finding | undefined {
  const { apiVersion, kind } = (input ?? {}) as { apiVersion?: unknown; kind?: unknown };
  if (typeof apiVersion !== "string" || typeof kind !== "string") return undefined;
  return found(valueValid, {
    path: "",
    message: `this is a manifest of Kubernetes (${apiVersion} ${kind}), not a catalog`,
    fix: "name a catalog: an object with name and services, from which such manifests are rendered",
  });
}

interface Issue {
  readonly code: string;
  readonly path: (string | number)[];
  readonly raw: z.core.$ZodIssue;
  /** The one unknown key that the issue is about. */
  readonly keys?: string[];
}

/** One issue for each mistake: unknown keys apart, and of a choice of forms only the one that was meant. */
function flatten(issues: readonly z.core.$ZodIssue[], above: (string | number)[] = []): Issue[] {
  return issues.flatMap((raw): Issue[] => {
    const path = [...above, ...(raw.path as (string | number)[])];
    if (raw.code === "unrecognized_keys") {
      return raw.keys.map((key) => ({ code: raw.code, path, raw, keys: [key] }));
    }
    if (raw.code === "invalid_union") {
      const meant = raw.errors.filter((form) => !form.some(isOtherForm));
      if (meant[0]) return flatten(meant[0], path);
    }
    return [{ code: raw.code, path, raw }];
  });
}

function isOtherForm({ code, path }: z.core.$ZodIssue): boolean {
  return path.length === 0 && (code === "invalid_type" || code === "invalid_value");
}

function describe({ path, raw, keys }: Issue, input: unknown, missing: readonly Issue[]): Finding {
  const key = keys?.[0];
  if (key !== undefined) {
    const required = missing
      .filter((one) => formatPath(one.path.slice(0, -1)) === formatPath(path))
      .map((one) => `"${String(one.path.at(-1))}"`);
    const known = knownFields(path).filter((field) => !isIn(input, [...path, field]));
    return found(fieldKnown, {
      path: formatPath([...path, key]),
      message: `there is no field "${key}" here`,
      fix:
        required.length > 0
          ? `rename it to ${required.join(" or ")}, which is required, or remove it`
          : nearest(key, known, "remove it"),
    });
  }
  if (raw.code === "invalid_key") {
    const [reason] = raw.issues;
    return found(valueValid, {
      path: formatPath(path),
      message: `"${String(path.at(-1))}" can't be a key here`,
      fix: reason === undefined ? raw.message : cureOf(reason),
    });
  }
  const value = valueAt(input, path);
  if (value === undefined && path.length > 0) {
    return found(fieldGiven, {
      path: formatPath(path),
      message: `"${String(path.at(-1))}" is missing`,
      fix: cureOf(raw),
    });
  }
  const where = path.length === 0 ? "the catalog" : formatPath(path);
  return found(valueValid, {
    path: formatPath(path),
    message: `${where} can't be ${show(value)}`,
    fix: cureOf(raw),
  });
}

function found({ code, severity }: StructureRule, report: Report): Finding {
  return { code, severity, ...report };
}

function cureOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "custom":
      return String(issue.params?.fix ?? issue.message);
    case "invalid_type":
      return `give ${typeNames[issue.expected] ?? `a ${issue.expected}`}`;
    case "invalid_union":
      return `give ${formsOf(issue)}`;
    case "invalid_value":
      return issue.values.length === 1
        ? `use ${JSON.stringify(issue.values[0])}`
        : `use one of ${issue.values.map((value) => JSON.stringify(value)).join(", ")}`;
    case "too_small":
      return issue.origin === "string" || issue.origin === "array"
        ? "don't leave it empty"
        : `use at least ${issue.minimum}`;
    case "too_big":
      return `use at most ${issue.maximum}`;
    case "invalid_format":
      return issue.message;
    default:
      return issue.message;
  }
}

/** The types that a choice of forms accepts. */
function formsOf(issue: z.core.$ZodIssueInvalidUnion): string {
  const names = issue.errors.flatMap((form) =>
    form
      .filter(({ path }) => path.length === 0)
      .map((one) =>
        one.code === "invalid_type"
          ? (typeNames[one.expected] ?? `a ${one.expected}`)
          : one.code === "invalid_value"
            ? one.values.map((value) => JSON.stringify(value)).join(" or ")
            : cureOf(one),
      ),
  );
  return [...new Set(names)].join(" or ");
}

const typeNames: Partial<Record<string, string>> = {
  array: "a list",
  int: "a whole number",
  object: "an object",
  record: "an object",
};

function show(value: unknown): string {
  const text = isJson(value) ? JSON.stringify(value) : String(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}…`;
}

function isJson(value: unknown): boolean {
  return value === null || ["string", "number", "boolean", "object"].includes(typeof value);
}

function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (at, key) =>
      at === null || typeof at !== "object" ? undefined : (at as Record<string | number, unknown>)[key],
    value,
  );
}

function isIn(value: unknown, path: readonly (string | number)[]): boolean {
  return valueAt(value, path) !== undefined;
}

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | false;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
}

/** Made once, when it is needed: for a catalog with many misspelt fields it would take longer than all the checks. */
let meshJsonSchema: JsonSchema | undefined;

/** The fields that the schema has at a place in the catalog. */
function knownFields(path: readonly (string | number)[]): string[] {
  const root = (meshJsonSchema ??= z.toJSONSchema(meshSchema, {
    unrepresentable: "any",
    reused: "inline",
    // Without the names of Kubernetes' types, which would be references.
    metadata: z.registry(),
  }) as JsonSchema);
  const step = (schemas: JsonSchema[], key: string | number): JsonSchema[] =>
    schemas.flatMap(forms).flatMap(({ properties, additionalProperties, items }) => {
      const next = typeof key === "number" ? items : (properties?.[key] ?? additionalProperties);
      return next ? [next] : [];
    });
  return path
    .reduce(step, [root])
    .flatMap(forms)
    .flatMap(({ properties = {} }) => Object.keys(properties));
}

function forms(schema: JsonSchema): JsonSchema[] {
  return schema.anyOf ? schema.anyOf.flatMap(forms) : [schema];
}
