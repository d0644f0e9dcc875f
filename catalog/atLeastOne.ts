import type { z } from "zod";

/** The schema of an object with at least one field, whatever its name. */
export function atLeastOne<Schema extends z.ZodType<object>>(schema: Schema, fix: string): Schema {
  return schema
    .refine((value) => Object.keys(value).length > 0, { params: { fix } })
    .meta({ minProperties: 1 });
}
