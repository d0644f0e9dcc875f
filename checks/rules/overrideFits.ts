import { formatPath } from "../../catalog";
import { nearest } from "../nearest";
import type { DefinitionRule, Report } from "../rule";
import schemas from "../schemas.gen.json";
import { webAndApi } from "./example";

const overriding = (http: object): object => ({
  ...webAndApi({}, {}),
  overrides: { VirtualService: { "shop/api": { spec: { http: [http] } } } },
});
const route = [{ destination: { host: "api.shop.svc.cluster.local" } }];

export const overrideFits: DefinitionRule = {
  code: "MW360",
  severity: "error",
  title: "An override of an Istio object has only fields and values that the kind has",
  stage: "definition",
  examples: {
    wrong: overriding({ timeoutt: "5s", route }),
    right: overriding({ timeout: "5s", route }),
  },
  *check({ overrides = {} }) {
    for (const [kind, patches] of Object.entries(overrides)) {
      const spec = specOf(kind);
      if (!spec) continue;
      const schema: Schema = { type: "object", properties: { ...root, spec }, additionalProperties: false };
      for (const [name, patch] of Object.entries(patches)) {
        yield* judge(kind, schema, patch, ["overrides", kind, name]);
      }
    }
  },
};

/** As much of a schema of a CustomResourceDefinition as overrides are judged by. */
interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
}

/** Fields of every object besides its spec. */
const texts: Schema = { type: "object", additionalProperties: { type: "string" } };
const root: Readonly<Record<string, Schema>> = {
  apiVersion: { type: "string" },
  kind: { type: "string" },
  metadata: {
    type: "object",
    properties: { labels: texts, annotations: texts },
    additionalProperties: false,
  },
};

function specOf(kind: string): Schema | undefined {
  const found = Object.entries(schemas as Readonly<Record<string, Schema>>).find(([name]) =>
    name.endsWith(`/${kind}`),
  );
  return found?.[1];
}

function* judge(kind: string, schema: Schema, value: unknown, path: (string | number)[]): Iterable<Report> {
  // In a merge patch null removes the field.
  if (value === null) return;
  if (!hasType(schema, value)) {
    yield {
      path: formatPath(path),
      message: `${String(path.at(-1))} can't be ${JSON.stringify(value)} in a ${kind}`,
      fix: `give ${schema.enum ? `one of ${schema.enum.map((one) => JSON.stringify(one)).join(", ")}` : `a value of type ${schema.type}`}`,
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
        message: `a ${kind} has no field "${key}" here, so Kubernetes drops it`,
        fix: nearest(key, Object.keys(properties), "remove it"),
      };
    }
  }
}

function hasType({ type, enum: values }: Schema, value: unknown): boolean {
  if (values && typeof value !== "object") return values.includes(value);
  switch (type) {
    case "object":
      return typeof value === "object" && !Array.isArray(value);
    case "array":
      return Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    case "string":
    case "number":
    case "boolean":
      return typeof value === type;
    default:
      return true;
  }
}
