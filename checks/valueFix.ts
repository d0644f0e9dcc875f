import { distance } from "fastest-levenshtein";
import type { z } from "zod";

/** The fields of a JSON Schema by which a value of another type can be rewritten. */
export interface JsonSchema {
  /** A list for a union of plain types. */
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | false;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
}

/** The alternatives of a schema. */
export function forms(schema: JsonSchema): JsonSchema[] {
  const { anyOf, type } = schema;
  if (anyOf) return anyOf.flatMap(forms);
  return typeof type === "object" ? type.map((one) => ({ ...schema, type: one })) : [schema];
}

/**
 * The fix of an issue, with an example of the value that was meant if it can be derived.
 *
 * @param value the value that the issue is about. Undefined if it is missing.
 * @param schemas those of the place, called only for a value of another type.
 */
export function fixOf(issue: z.core.$ZodIssue, value: unknown, schemas: () => JsonSchema[]): string {
  switch (issue.code) {
    case "custom":
      return String(issue.params?.fix ?? issue.message);
    case "invalid_type": {
      if (!issue.message.startsWith("Invalid input")) return issue.message;
      const wanted = `give ${nameOf(issue.expected)}`;
      const example = exampleOf(value, schemas);
      return example === undefined ? wanted : `${wanted}: ${example}`;
    }
    case "invalid_union": {
      const wanted = `give ${formsOf(issue)}`;
      // The schema of a claim refers to itself, so no form of it is known.
      const list =
        wanted.includes("a list") && typeof value === "string" ? JSON.stringify([value]) : undefined;
      const example = exampleOf(value, schemas) ?? list;
      return example === undefined ? wanted : `${wanted}, such as ${example}`;
    }
    case "invalid_value":
      return issue.message.startsWith("Invalid") ? oneOf(issue.values, value) : issue.message;
    case "too_small":
      return issue.origin === "string" || issue.origin === "array"
        ? "don't leave it empty"
        : `use at least ${issue.minimum}`;
    case "too_big":
      return `use at most ${issue.maximum}`;
    default:
      return issue.message;
  }
}

/** The value that was probably meant, or a list of all. */
export function oneOf(values: readonly unknown[], given: unknown): string {
  if (values.length === 1) return `use ${JSON.stringify(values[0])}`;
  const meant = typeof given === "string" ? meantBy(given, values) : undefined;
  if (meant !== undefined) return `did you mean ${JSON.stringify(meant)}?`;
  return `use one of ${values.map((value) => JSON.stringify(value)).join(", ")}`;
}

function meantBy(given: string, values: readonly unknown[]): string | undefined {
  const bare = (text: string): string => text.toLowerCase().replaceAll(/[-_ ]/g, "");
  const known = values.filter((value) => typeof value === "string");
  return (
    known.find((value) => bare(value) === bare(given)) ??
    known.find(
      (value) => value.length > 2 && /^[a-z]+$/i.test(given) && bare(given).startsWith(bare(value)),
    ) ??
    known.find((value) => distance(value, given) <= given.length / 4)
  );
}

/** A value of the right type that keeps what was written, as it would be written in TypeScript. */
function exampleOf(value: unknown, schemas: () => JsonSchema[]): string | undefined {
  if (value === undefined || value === null) return undefined;
  for (const schema of schemas().flatMap(forms)) {
    const example = inForm(value, schema);
    if (example !== undefined) return example;
  }
  return undefined;
}

function inForm(value: unknown, schema: JsonSchema): string | undefined {
  if (isNumeric(schema) && typeof value === "string" && /^\d+$/.test(value)) return value;
  if (schema.type === "string" && (typeof value === "number" || typeof value === "boolean"))
    return JSON.stringify(String(value));
  if (schema.items && forms(schema.items).some((item) => accepts(item, value)))
    return `[${JSON.stringify(value)}]`;
  if (schema.type !== "object") return undefined;
  return Array.isArray(value) ? keyed(value, schema) : inObject(value, schema);
}

/** A list as an object that is keyed by name. */
function keyed(list: readonly unknown[], { additionalProperties }: JsonSchema): string | undefined {
  if (!additionalProperties) return undefined;
  const [first] = list;
  const name = typeof first === "string" ? first : ((first ?? {}) as { name?: unknown }).name;
  if (typeof name !== "string" || !/^[\w-]+$/.test(name)) return undefined;
  const key = /^[a-z_]\w*$/i.test(name) ? name : JSON.stringify(name);
  const isEmpty = typeof first === "string" && forms(additionalProperties).some(isOptional);
  return `{ ${key}: ${isEmpty ? "{}" : "{ … }"} }`;
}

function isOptional({ type, required = [] }: JsonSchema): boolean {
  return type === "object" && required.length === 0;
}

/** A single value as the field of an object that accepts it. */
function inObject(value: unknown, { properties = {}, required = [] }: JsonSchema): string | undefined {
  if (typeof value === "object" || Object.keys(properties).length === 0) return undefined;
  if (value === true && required.length === 0) return "{}";
  const fields = [...required, ...Object.keys(properties)];
  const field = fields.find((one) => forms(properties[one] ?? {}).some((form) => accepts(form, value)));
  if (field === undefined) return undefined;
  const others = required.filter((one) => one !== field).map((one) => `, ${one}: …`);
  return `{ ${field}: ${JSON.stringify(value)}${others.join("")} }`;
}

function accepts(schema: JsonSchema, value: unknown): boolean {
  if (schema.enum) return schema.enum.includes(value);
  if (schema.const !== undefined) return schema.const === value;
  return isNumeric(schema) ? typeof value === "number" : schema.type === typeof value;
}

function isNumeric({ type }: JsonSchema): boolean {
  return type === "integer" || type === "number";
}

/** The types that a union accepts. */
function formsOf(issue: z.core.$ZodIssueInvalidUnion): string {
  const names = issue.errors.flatMap((form) =>
    form
      .filter(({ path }) => path.length === 0)
      .map((one) =>
        one.code === "invalid_type"
          ? nameOf(one.expected)
          : one.code === "invalid_value"
            ? one.values.map((value) => JSON.stringify(value)).join(" or ")
            : fixOf(one, undefined, () => []),
      ),
  );
  return [...new Set(names)].join(" or ");
}

function nameOf(type: string): string {
  return typeNames[type] ?? `a ${type}`;
}

const typeNames: Partial<Record<string, string>> = {
  array: "a list",
  int: "a whole number",
  object: "an object",
  record: "an object",
};
