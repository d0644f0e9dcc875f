import type { z } from "zod";

/**
 * A schema for each field of a type, optional ones included; of a union, for each field of any alternative. Every literal
 * of a strict object must satisfy the shape of its type. Then the compiler refuses a schema that forgets a field or has
 * one too many.
 *
 * @example
 * z.strictObject({ name: z.string(), age: z.int().optional() } satisfies Shape<Person>);
 */
export type Shape<T> = { readonly [Field in FieldOf<T>]: z.ZodType<ValueOf<T, Field>> };

type FieldOf<T> = T extends unknown ? keyof T : never;
type ValueOf<T, Field> = T extends unknown ? (Field extends keyof T ? T[Field] : undefined) : never;
