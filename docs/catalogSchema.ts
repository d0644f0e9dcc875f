import { z } from "zod";
import { meshSchema } from "../catalog";
import { catalogTypes } from "./catalogFields";
import type { DocumentedField, DocumentedType } from "./declarations";

/** The part of JSON Schema that this file reads and writes. */
export interface JsonSchema {
  description?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: JsonSchema | false;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  propertyNames?: JsonSchema;
  definitions?: Record<string, JsonSchema>;
  [keyword: string]: unknown;
}

/**
 * The JSON Schema of a catalog, for editors: the form of {@link meshSchema}, with the docstrings of the types as
 * descriptions. It accepts every catalog whose form the checks accept; only the checks verify rules between fields.
 *
 * @param root folder of the sources.
 */
export function catalogSchema(root: string): string {
  const schema = z.toJSONSchema(meshSchema, {
    io: "input",
    // The latest draft that editors support in full, for YAML as for JSON.
    target: "draft-07",
    unrepresentable: "any",
    reused: "inline",
    override: ({ jsonSchema }) => {
      // The limits of what a double counts exactly, and what holds of every name.
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  }) as JsonSchema;
  for (const [type, definition] of Object.entries(schema.definitions ?? {})) {
    definition.description = `Kubernetes' ${type}`;
  }
  describe(schema, ["MeshDefinition"], documented(catalogTypes(root)));
  return `${JSON.stringify({ title: "Catalog of Meshwright", ...schema }, null, 2)}\n`;
}

interface Documented {
  readonly types: ReadonlyMap<string, DocumentedType>;
  readonly fields: ReadonlyMap<string, DocumentedField>;
}

function documented(types: readonly DocumentedType[]): Documented {
  return {
    types: new Map(types.map((type) => [type.name, type])),
    fields: new Map(types.flatMap(({ fields }) => fields).map((field) => [field.name, field])),
  };
}

/**
 * Describes a schema's objects and their fields.
 *
 * @param owners the types of the fields, or the field with the inline type.
 */
function describe(schema: JsonSchema, owners: readonly string[], known: Documented): void {
  for (const object of objectsIn(schema)) {
    const described = owners.flatMap((owner) => known.types.get(owner)?.description ?? []);
    if (described.length > 0) object.description = textOf(described);
    for (const [name, property] of Object.entries(object.properties ?? {})) {
      const field = owners
        .map((owner) => known.fields.get(`${owner}.${name}`))
        .find((one) => one !== undefined);
      if (field === undefined) continue;
      describe(property, [field.name, ...typesIn(field.type, known)], known);
      const own = field.description.length > 0 ? [textOf(field.description)] : [];
      const text = [...own, ...(property.description === undefined ? [] : [property.description])];
      if (text.length > 0) property.description = text.join("\n\n");
    }
  }
}

/** The objects with declared fields that a value may be, or may hold as its elements. */
function objectsIn(schema: JsonSchema): JsonSchema[] {
  if (schema.properties !== undefined) return [schema];
  return [schema.items, schema.additionalProperties, ...(schema.anyOf ?? [])].flatMap((inner) =>
    inner ? objectsIn(inner) : [],
  );
}

/** The named documented types, and the types that they extend. */
function typesIn(text: string, known: Documented, outer: readonly string[] = []): string[] {
  return (text.match(/\w+/g) ?? []).flatMap((name) => {
    const type = known.types.get(name);
    // A type may name itself.
    if (type === undefined || outer.includes(name)) return [];
    return [name, ...typesIn([...type.parents, type.alias ?? ""].join(" "), known, [...outer, name])];
  });
}

/** Paragraphs for editors: without links to sections of a page, and without line breaks. */
function textOf(paragraphs: readonly string[]): string {
  return paragraphs
    .join("\n\n")
    .replaceAll(/\[([\w.]+)\]\(#\w+\)/g, "`$1`")
    .replaceAll(/(\S)\n(?=[^\n-])/g, "$1 ");
}
