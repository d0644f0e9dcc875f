import { z } from "zod";
import { type EnvVarSource, type PersistentVolumeClaimSpec, podFields, type PodSpec } from "./podSpec.gen";
import type { Shape } from "./shape";

/** The schemas of Kubernetes' types, each created once. Unknown fields are errors. */
const made = new Map<string, z.ZodType>();

function schemaOf(type: string): z.ZodType {
  if (type.endsWith("?")) return schemaOf(type.slice(0, -1)).optional();
  if (type.endsWith("[]")) return z.array(schemaOf(type.slice(0, -2)));
  const values = /^Readonly<Record<string, (.*)>>$/.exec(type)?.[1];
  if (values !== undefined) return z.record(z.string(), schemaOf(values));
  switch (type) {
    case "string":
      return z.string();
    case "number":
      return z.int();
    case "boolean":
      return z.boolean();
    case "number | string":
      return z.union([z.int(), z.string()]);
    case "unknown":
      return z.unknown();
    default:
      return objectOf(type);
  }
}

function objectOf(type: string): z.ZodType {
  const known = made.get(type);
  if (known) return known;
  const fields = Object.entries(podFields[type] ?? {});
  const schema = z
    .strictObject(Object.fromEntries(fields.map(([name, field]) => [name, schemaOf(field)])))
    .meta({ id: type });
  made.set(type, schema);
  return schema;
}

/** A fragment of Kubernetes' PodSpec. */
export const podSchema = objectOf("PodSpec") as z.ZodType<PodSpec>;

/** A volume claim template of a StatefulSet. */
export const volumeClaimSchema = objectOf(
  "PersistentVolumeClaimSpec",
) as z.ZodType<PersistentVolumeClaimSpec>;

/** The source of an environment variable's value. */
export const envSourceSchema = z.strictObject({
  valueFrom: objectOf("EnvVarSource") as z.ZodType<EnvVarSource>,
} satisfies Shape<{ valueFrom: EnvVarSource }>);
