/** An object of a configuration in JSON. */
export type Json = Readonly<Record<string, unknown>>;

export function objectOf(value: unknown): Json {
  return value !== null && typeof value === "object" ? (value as Json) : {};
}

export function listOf(value: unknown): Json[] {
  return Array.isArray(value) ? (value as Json[]) : [];
}

export function textsIn(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** The value at a path of names. Undefined if a part of the path is missing. */
export function valueAt(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, name) => objectOf(inner)[name], value);
}

/** Milliseconds of a duration, which Protocol Buffers write as seconds: `1.500s`. Undefined if it is absent. */
export function durationOf(value: unknown): number | undefined {
  return typeof value === "string" ? Math.round(Number(value.replace(/s$/, "")) * 1000) : undefined;
}
