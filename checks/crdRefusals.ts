import { Environment } from "@marcbachmann/cel-js";
import type * as ajv from "ajv";
import { formatPath, isObject } from "../catalog";
import { istioSchema } from "./istioSchema";

/** A rule of CEL in a CRD. */
interface CelRule {
  readonly rule: string;
  readonly message?: string;
}

const celKeyword = "x-kubernetes-validations";
let loaded: ajv.Ajv | undefined;

/** Loaded for the first override: most catalogs have none. It keeps the validators that it compiles. */
function validator(): ajv.Ajv {
  if (loaded) return loaded;
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import statement would load it at once
  const { Ajv } = require("ajv") as typeof ajv;
  loaded = new Ajv({ strict: false, allErrors: true, verbose: true, validateFormats: false });
  return loaded.addKeyword({
    keyword: celKeyword,
    validate: (rules: readonly CelRule[], value: unknown) => rules.every((rule) => isKept(rule, value)),
  });
}

/**
 * Returns why the API server refuses the spec of an object of Istio, one text for each reason. Reasons are fields that are
 * missing or exclude each other, limits of values, and the CRD's rules of CEL. Unknown fields and types are not judged.
 *
 * @see https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-rules
 */
export function crdRefusals(group: string, kind: string, spec: unknown): string[] {
  const schema = istioSchema(kind, group);
  if (schema === undefined || !isObject(spec)) return [];
  const validate = validator().compile(schema);
  validate(spec);
  return [...new Set((validate.errors ?? []).flatMap((error) => textsOf(error, spec)))];
}

/** The texts of an error, which begin with its place. None of an error that is a part of another one, or not judged here. */
function textsOf(error: ajv.ErrorObject, spec: unknown): string[] {
  if (/\/(oneOf|anyOf|not)\//.test(error.schemaPath)) return [];
  const at = placeOf(error.instancePath, spec);
  return reasonsOf(error).map((reason) => `${at}: ${reason}`);
}

function reasonsOf({ keyword, params, schema, data, message = "" }: ajv.ErrorObject): string[] {
  if (keyword === "required") return [`${String(params.missingProperty)} is missing`];
  if (keyword === "oneOf" || keyword === "anyOf") {
    const names = (schema as Alternative[]).flatMap(namesIn);
    const given = names.filter((name) => isObject(data) && data[name] !== undefined);
    return [
      given.length > 1
        ? `only one of ${given.join(", ")} can be set`
        : `one of ${names.join(", ")} is missing`,
    ];
  }
  if (keyword === celKeyword) {
    return (schema as CelRule[]).flatMap((one) => (isKept(one, data) ? [] : [one.message ?? one.rule]));
  }
  return /^(min|max)/.test(keyword) ? [message] : [];
}

interface Alternative {
  readonly required?: readonly string[];
  readonly oneOf?: readonly Alternative[];
  readonly anyOf?: readonly Alternative[];
  readonly allOf?: readonly Alternative[];
}

/** The fields that an alternative requires. */
function namesIn({ required = [], oneOf = [], anyOf = [], allOf = [] }: Alternative): string[] {
  return [...required, ...[...oneOf, ...anyOf, ...allOf].flatMap(namesIn)];
}

/** The path of a JSON pointer into the spec. https://www.rfc-editor.org/rfc/rfc6901 */
function placeOf(pointer: string, spec: unknown): string {
  let value = spec;
  const steps = pointer
    .split("/")
    .slice(1)
    .map((text) => {
      const key = text.replaceAll("~1", "/").replaceAll("~0", "~");
      const step = Array.isArray(value) ? Number(key) : key;
      value = (value as Record<string | number, unknown>)[step];
      return step;
    });
  return formatPath(["spec", ...steps]);
}

const environment = new Environment({ unlistedVariablesAreDyn: true });
const programs = new Map<string, ReturnType<Environment["parse"]>>();

/** Whether a value keeps a rule. A rule that the evaluator can't read refuses nothing. */
function isKept({ rule }: CelRule, value: unknown): boolean {
  try {
    const program = programs.get(rule) ?? environment.parse(rule);
    programs.set(rule, program);
    return program({ self: celValue(value) }) !== false;
  } catch {
    return true;
  }
}

/** Whole numbers are integers of CEL. */
function celValue(value: unknown): unknown {
  if (typeof value === "number" && Number.isInteger(value)) return BigInt(value);
  if (Array.isArray(value)) return value.map(celValue);
  return isObject(value)
    ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, celValue(inner)]))
    : value;
}
