import { Environment } from "@marcbachmann/cel-js";
import { formatPath, isObject } from "../catalog";
import schemas from "./schemas.gen.json";

/** The parts of a CRD's schema by which the API server refuses an object that has only known fields. */
interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly not?: Schema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly "x-kubernetes-validations"?: readonly { readonly rule: string; readonly message?: string }[];
}

/**
 * Returns why the API server refuses the spec of an object of Istio, one text for each reason. Reasons are fields that are missing
 * or exclude each other, limits of values, and the CRD's rules of CEL. Unknown fields and types are not judged.
 *
 * @see https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-rules
 */
export function crdRefusals(kind: string, spec: unknown): string[] {
  const [, schema] =
    Object.entries(schemas as Readonly<Record<string, Schema>>).find(([name]) => name.endsWith(`/${kind}`)) ??
    [];
  return schema === undefined ? [] : [...new Set(refusals(schema, spec, ["spec"]))];
}

function refusals(schema: Schema, value: unknown, path: (string | number)[]): string[] {
  const at = formatPath(path);
  const own = [...combined(schema, value), ...limits(schema, value), ...celRefusals(schema, value)];
  const texts = own.map((text) => `${at}: ${text}`);
  if (Array.isArray(value)) {
    return [...texts, ...value.flatMap((one, i) => refusals(schema.items ?? {}, one, [...path, i]))];
  }
  if (!isObject(value)) return texts;
  const { properties = {}, additionalProperties } = schema;
  const rest = typeof additionalProperties === "object" ? additionalProperties : {};
  const schemaOf = (key: string): Schema =>
    (Object.hasOwn(properties, key) ? properties[key] : undefined) ?? rest;
  return [
    ...texts,
    ...Object.entries(value).flatMap(([key, inner]) => refusals(schemaOf(key), inner, [...path, key])),
  ];
}

/** Fields that are missing, or that exclude each other. */
function combined({ required = [], oneOf, anyOf, allOf = [] }: Schema, value: unknown): string[] {
  if (!isObject(value)) return [];
  const missing = required.filter((key) => value[key] === undefined);
  const alternatives = oneOf ?? anyOf;
  const fulfilled = alternatives?.filter((one) => isFulfilled(one, value)).length ?? 1;
  const isRefused = oneOf ? fulfilled !== 1 : fulfilled === 0;
  const names = (alternatives ?? []).flatMap((one) => namesIn(one));
  const given = names.filter((name) => value[name] !== undefined);
  return [
    ...missing.map((key) => `${key} is missing`),
    ...(isRefused
      ? [
          given.length > 1
            ? `only one of ${given.join(", ")} can be set`
            : `one of ${names.join(", ")} is missing`,
        ]
      : []),
    ...allOf.flatMap((one) => combined(one, value)),
  ];
}

function isFulfilled({ required = [], not, oneOf, anyOf, allOf = [] }: Schema, value: object): boolean {
  return (
    required.every((key) => (value as Record<string, unknown>)[key] !== undefined) &&
    !(not && isFulfilled(not, value)) &&
    (!oneOf || oneOf.filter((one) => isFulfilled(one, value)).length === 1) &&
    (!anyOf || anyOf.some((one) => isFulfilled(one, value))) &&
    allOf.every((one) => isFulfilled(one, value))
  );
}

/** The fields that an alternative requires. */
function namesIn({ required = [], oneOf = [], anyOf = [], allOf = [] }: Schema): string[] {
  return [...required, ...[...oneOf, ...anyOf, ...allOf].flatMap(namesIn)];
}

function limits(schema: Schema, value: unknown): string[] {
  const { minimum, maximum, minItems, maxItems, minLength, maxLength } = schema;
  const [size, least, most, what] =
    typeof value === "number"
      ? [value, minimum, maximum, ""]
      : Array.isArray(value)
        ? [value.length, minItems, maxItems, " entries"]
        : typeof value === "string"
          ? [value.length, minLength, maxLength, " characters"]
          : [0, undefined, undefined, ""];
  return [
    ...(least !== undefined && size < least ? [`${size}${what} is less than ${least}`] : []),
    ...(most !== undefined && size > most ? [`${size}${what} is more than ${most}`] : []),
  ];
}

const environment = new Environment({ unlistedVariablesAreDyn: true });
const programs = new Map<string, ReturnType<Environment["parse"]>>();

/** A rule that the evaluator can't read refuses nothing. */
function celRefusals({ "x-kubernetes-validations": rules = [] }: Schema, value: unknown): string[] {
  return rules.flatMap(({ rule, message = rule }) => {
    try {
      const program = programs.get(rule) ?? environment.parse(rule);
      programs.set(rule, program);
      return program({ self: celValue(value) }) === false ? [message] : [];
    } catch {
      return [];
    }
  });
}

/** Whole numbers are integers of CEL. */
function celValue(value: unknown): unknown {
  if (typeof value === "number" && Number.isInteger(value)) return BigInt(value);
  if (Array.isArray(value)) return value.map(celValue);
  return isObject(value)
    ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, celValue(inner)]))
    : value;
}
