import { z } from "zod";
import { formatPath, type MeshDefinition, meshSchema, valueAt } from "../catalog";
import type { Finding } from "./finding";
import { nearest } from "./nearest";
import { markPlain } from "./plain";
import { pages } from "./pages";
import type { Report, StructureRule, Text } from "./rule";
import { base, http, webAndApi } from "./rules/example";
import { standIn } from "./standIn";
import { fixOf, forms, type JsonSchema } from "./valueFix";
import { cut, put, withoutUndefined } from "./written";

/** A manifest of Kubernetes in the place of a catalog. */
export const manifestGiven = (apiVersion: string, kind: string): Text => ({
  message: `this is a Kubernetes manifest (${apiVersion} ${kind}), not a catalog`,
  fix: "pass a catalog: an object with name and services, from which manifests are rendered",
});

/** The fix of the following texts is the instruction of the catalog's schema. */
export const invalidKey = (key: string, fix: string): Text => ({
  message: `"${key}" is not a valid key here`,
  fix,
});

export const invalidValue = (where: string, value: string, fix: string): Text => ({
  message: `${where} can't be ${value}`,
  fix,
});

const missingField = (field: string, fix: string): Text => ({ message: `"${field}" is missing`, fix });

export const unknownField = (field: string, fix: string): Text => ({
  message: `there is no field "${field}" here`,
  fix,
});

export const valueValid: StructureRule = {
  code: "MW001",
  severity: "error",
  title: "Values have the type and format of their field",
  why: [
    "A value of another type or format can't be rendered: Kubernetes or Istio would reject the object, or read the value differently.",
    "The rest of the catalog is checked as if the value were absent.",
  ],
  see: pages.catalog,
  stage: "structure",
  examples: {
    wrong: webAndApi({}, { resilience: { timeout: "10sec" } }),
    right: webAndApi({}, { resilience: { timeout: "10s" } }),
  },
};

export const fieldKnown: StructureRule = {
  code: "MW002",
  severity: "error",
  title: "All fields are known",
  why: [
    "An unknown field is usually a misspelt one: the setting has no effect, and its default applies instead.",
    "A typo in `timeout`, for example, leaves a call with the default timeout of its service.",
  ],
  see: pages.catalog,
  stage: "structure",
  examples: {
    wrong: webAndApi({}, { resilience: { timout: "10s" } }),
    right: webAndApi({}, { resilience: { timeout: "10s" } }),
  },
};

export const fieldGiven: StructureRule = {
  code: "MW003",
  severity: "error",
  title: "Required fields are present",
  why: [
    "A required field has no default that is safe for every service.",
    "Without a port's protocol, for example, Istio detects the protocol from the first bytes, which fails for server-first protocols.",
  ],
  see: pages.catalog,
  stage: "structure",
  examples: {
    wrong: { ...base, services: { web: { ports: { http: { port: 8080 } } } } },
    right: { ...base, services: { web: { ports: { http } } } },
  },
};

export interface Structure {
  readonly findings: Finding[];
  /** The catalog that was passed, with a mark in the place of each value that is not plain. */
  readonly input: unknown;
  /** The catalog without its invalid values. Missing if nothing of it is a catalog. */
  readonly rest?: MeshDefinition;
  /** Paths in {@link rest} at which a placeholder replaces an invalid or missing value. Rules report nothing there. */
  readonly standIns: readonly string[];
}

/**
 * Reads a value of unknown type as a catalog. Returns a finding for each invalid value, and the catalog without these
 * values, so that one mistake hides as little as possible from the rules.
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
    if (result.success && left.length === 0)
      return { findings, input, rest: withoutUndefined(result.data), standIns };
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

/** One finding for a Kubernetes manifest, rather than one for each of its fields. */
function manifestIn(input: unknown): Finding | undefined {
  const { apiVersion, kind } = (input ?? {}) as { apiVersion?: unknown; kind?: unknown };
  if (typeof apiVersion !== "string" || typeof kind !== "string") return undefined;
  return found(valueValid, {
    path: "",
    ...manifestGiven(apiVersion, kind),
  });
}

interface Issue {
  readonly code: string;
  readonly path: (string | number)[];
  readonly raw: z.core.$ZodIssue;
  /** The one unknown key that the issue is about. */
  readonly keys?: string[];
}

/** One issue for each mistake. Unknown keys are separated; of a union only the closest member is reported. */
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
      ...unknownField(
        key,
        required.length > 0
          ? `rename it to ${required.join(" or ")}, which is required, or remove it`
          : nearest(key, known, hintOf(raw) ?? "remove it"),
      ),
    });
  }
  if (raw.code === "invalid_key") {
    const [reason] = raw.issues;
    return found(valueValid, {
      path: formatPath(path),
      ...invalidKey(
        String(path.at(-1)),
        reason === undefined ? raw.message : fixOf(reason, undefined, () => []),
      ),
    });
  }
  const value = valueAt(input, path);
  if (value === undefined && path.length > 0) {
    return found(fieldGiven, {
      path: formatPath(path),
      ...missingField(
        String(path.at(-1)),
        fixOf(raw, value, () => []),
      ),
    });
  }
  const where = path.length === 0 ? "the catalog" : formatPath(path);
  return found(valueValid, {
    path: formatPath(path),
    ...invalidValue(
      where,
      show(value),
      fixOf(raw, value, () => schemasAt(path)),
    ),
  });
}

/** The schema's own fix for an unknown field. */
function hintOf({ message }: z.core.$ZodIssue): string | undefined {
  return message.startsWith("Unrecognized key") ? undefined : message;
}

function found({ code, severity }: StructureRule, report: Report): Finding {
  return { code, severity, ...report };
}

function show(value: unknown): string {
  const text = isJson(value) ? JSON.stringify(value) : String(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}…`;
}

function isJson(value: unknown): boolean {
  return value === null || ["string", "number", "boolean", "object"].includes(typeof value);
}

function isIn(value: unknown, path: readonly (string | number)[]): boolean {
  return valueAt(value, path) !== undefined;
}

/** Created on first use, and once: for a catalog with many unknown fields it would take longer than all the checks. */
let meshJsonSchema: JsonSchema | undefined;

/** The fields that the schema has at a path of the catalog. */
function knownFields(path: readonly (string | number)[]): string[] {
  return schemasAt(path).flatMap(({ properties = {} }) => Object.keys(properties));
}

/** The schemas, without unions, of the values at a path of the catalog. */
function schemasAt(path: readonly (string | number)[]): JsonSchema[] {
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
  return path.reduce(step, [root]).flatMap(forms);
}
