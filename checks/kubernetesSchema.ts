import { podFields } from "../catalog/podSpec.gen";
import kinds from "./kubernetesKinds.gen.json";
import type { ObjectSchema } from "./objectSchema";

type Types = Readonly<Record<string, Readonly<Record<string, string>>>>;

const types: Types = { ...podFields, ...(kinds as Types) };

/** Fields with quantities, which may be numbers. The models of Kubernetes call them texts. */
const quantities = new Set([
  "EmptyDirVolumeSource.sizeLimit",
  "MetricTarget.averageValue",
  "MetricTarget.value",
  "PodSpec.overhead",
  "ResourceFieldSelector.divisor",
  "ResourceRequirements.limits",
  "ResourceRequirements.requests",
  "VolumeResourceRequirements.limits",
  "VolumeResourceRequirements.requests",
]);

const schemas = new Map<string, ObjectSchema>();

/**
 * Returns the schema of one of Kubernetes' own kinds that catalogs render, of which overrides may change the labels, the
 * annotations and everything but the metadata. Undefined for other kinds.
 */
export function kubernetesSchema(kind: string): ObjectSchema | undefined {
  if (!Object.hasOwn(kinds, kind)) return undefined;
  const { properties = {} } = schemaOf(kind);
  const { labels = {}, annotations = {} } = schemaOf("ObjectMeta").properties ?? {};
  const metadata = { type: "object", properties: { labels, annotations }, additionalProperties: false };
  return { type: "object", properties: { ...properties, metadata }, additionalProperties: false };
}

function schemaOf(type: string): ObjectSchema {
  const known = schemas.get(type);
  if (known) return known;
  const made = schemaMade(type);
  schemas.set(type, made);
  return made;
}

function schemaMade(type: string): ObjectSchema {
  if (type.endsWith("?")) return schemaOf(type.slice(0, -1));
  if (type.endsWith("[]")) return { type: "array", items: schemaOf(type.slice(0, -2)) };
  const values = /^Readonly<Record<string, (.*)>>$/.exec(type)?.[1];
  if (values !== undefined) return { type: "object", additionalProperties: schemaOf(values) };
  switch (type) {
    case "string":
    case "boolean":
      return { type };
    case "number":
      return { type: "integer" };
    case "number | string":
    case "quantity":
      return { type: "quantity" };
    case "unknown":
      return {};
    default:
      return {
        type: "object",
        properties: Object.fromEntries(
          Object.entries(types[type] ?? {}).map(([name, field]) => [
            name,
            schemaOf(
              quantities.has(`${type}.${name}`) ? field.replace(/string(?=>|\??$)/g, "quantity") : field,
            ),
          ]),
        ),
        additionalProperties: false,
      };
  }
}
