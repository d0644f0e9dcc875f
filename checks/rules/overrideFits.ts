import { formatPath } from "../../catalog";
import { nearest } from "../nearest";
import { pages } from "../pages";
import type { DefinitionRule, Report, Text } from "../rule";
import { istioSchema } from "../istioSchema";
import { kubernetesSchema } from "../kubernetesSchema";
import type { ObjectSchema } from "../objectSchema";
import { webAndApi } from "./example";

const overriding = (http: object): object => ({
  ...webAndApi({}, {}),
  overrides: { VirtualService: { "shop/api": { spec: { http: [http] } } } },
});
const route = [{ destination: { host: "api.shop.svc.cluster.local" } }];

export const wrongType = (kind: string, field: string, value: unknown, fix: string): Text => ({
  message: `${field} can't be ${JSON.stringify(value)} in a ${kind}`,
  fix,
});

export const unknownField = (kind: string, field: string, fix: string): Text => ({
  message: `a ${kind} has no field "${field}" here, so Kubernetes drops it`,
  fix,
});

export const overrideFits: DefinitionRule = {
  code: "MW360",
  severity: "error",
  title: "An override has only fields and values of its kind",
  why: [
    "Overrides are merged into the rendered object after all other checks.",
    "Kubernetes drops a field that the kind does not have, without an error, so the setting never applies.",
  ],
  see: pages.kubernetesCrds,
  stage: "definition",
  examples: {
    wrong: overriding({ timeoutt: "5s", route }),
    right: overriding({ timeout: "5s", route }),
  },
  *check({ overrides = {} }) {
    for (const [kind, patches] of Object.entries(overrides)) {
      for (const [name, patch] of Object.entries(patches)) yield* misfits(kind, name, patch);
    }
  },
};

/** Whether an override has only fields and values of its kind. */
export function fits(kind: string, name: string, patch: unknown): boolean {
  const [first] = misfits(kind, name, patch);
  return first === undefined;
}

function* misfits(kind: string, name: string, patch: unknown): Iterable<Report> {
  const spec = istioSchema(kind);
  const schema = spec
    ? { type: "object", properties: { ...root, spec }, additionalProperties: false }
    : kubernetesSchema(kind);
  if (schema) yield* judge(kind, schema, patch, ["overrides", kind, name]);
}

/** A value of an object that does not fit its kind. */
export interface SpecMisfit extends Text {
  /** Path in the object, such as `spec.http[0].timeout`. */
  readonly path: string;
}

/** Returns what in the spec of an object of Istio does not fit its CRD. Nothing for kinds whose CRD is not known. */
export function specMisfits(group: string, kind: string, spec: unknown): SpecMisfit[] {
  const schema = istioSchema(kind, group);
  return schema && spec !== undefined ? [...judge(kind, schema, spec, ["spec"])] : [];
}

/** Fields that every object has besides its spec. */
const texts: ObjectSchema = { type: "object", additionalProperties: { type: "string" } };
const root: Readonly<Record<string, ObjectSchema>> = {
  apiVersion: { type: "string" },
  kind: { type: "string" },
  metadata: {
    type: "object",
    properties: { labels: texts, annotations: texts },
    additionalProperties: false,
  },
};

function* judge(
  kind: string,
  schema: ObjectSchema,
  value: unknown,
  path: (string | number)[],
): Iterable<Report> {
  // In a merge patch null removes the field.
  if (value === null) return;
  if (!hasType(schema, value)) {
    yield {
      path: formatPath(path),
      ...wrongType(kind, String(path.at(-1)), value, typeFix(schema)),
    };
    return;
  }
  if (Array.isArray(value)) {
    for (const [i, entry] of value.entries()) yield* judge(kind, schema.items ?? {}, entry, [...path, i]);
    return;
  }
  if (typeof value !== "object") return;
  const { properties = {}, additionalProperties } = schema;
  for (const [key, inner] of Object.entries(value)) {
    const known = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (known) yield* judge(kind, known, inner, [...path, key]);
    else if (typeof additionalProperties === "object")
      yield* judge(kind, additionalProperties, inner, [...path, key]);
    else if (additionalProperties === false) {
      yield {
        path: formatPath([...path, key]),
        ...unknownField(kind, key, nearest(key, Object.keys(properties), "remove it")),
      };
    }
  }
}

function typeFix({ enum: values, type, pattern }: ObjectSchema): string {
  if (pattern?.endsWith("(ns|us|µs|ms|s|m|h))+$")) return "use a duration such as 1.5s";
  if (pattern !== undefined) return `use a text that matches ${pattern}`;
  return values
    ? `use one of ${values.map((one) => JSON.stringify(one)).join(", ")}`
    : `use ${type === "quantity" ? "a number or a text" : `a value of type ${type}`}`;
}

function hasType({ type, enum: values, pattern }: ObjectSchema, value: unknown): boolean {
  if (values && typeof value !== "object") return values.includes(value);
  if (pattern !== undefined && typeof value === "string") return new RegExp(pattern, "u").test(value);
  switch (type) {
    case "object":
      return typeof value === "object" && !Array.isArray(value);
    case "array":
      return Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    case "quantity":
      return typeof value === "string" || typeof value === "number";
    case "string":
    case "number":
    case "boolean":
      return typeof value === type;
    default:
      return true;
  }
}
