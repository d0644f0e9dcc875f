/** Reads untyped data. A value of another type counts as absent, as if the API server had dropped it. */

/** A JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

/** Returns the object at a key; an empty one if there is none. */
export function fieldsAt(value: unknown, ...keys: readonly string[]): Fields {
  return keys.reduce<Fields>((fields, key) => fieldsOf(fields[key]), fieldsOf(value));
}

/** Whether an object is set at a key, possibly an empty one. */
export function has(value: unknown, key: string): boolean {
  const inner = fieldsOf(value)[key];
  return inner !== undefined && inner !== null;
}

/** Returns a value as an object. */
export function fieldsOf(value: unknown): Fields {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Fields) : {};
}

/** Returns the list of objects at a key. */
export function listAt(value: unknown, key: string): Fields[] {
  const list = fieldsOf(value)[key];
  return Array.isArray(list) ? list.map(fieldsOf) : [];
}

/** Returns the texts of the list at a key; numbers as texts, as YAML may have them. */
export function textsAt(value: unknown, key: string): string[] {
  const list = fieldsOf(value)[key];
  if (!Array.isArray(list)) return [];
  return list.filter((one) => typeof one === "string" || typeof one === "number").map(String);
}

/** Returns the text at a key. */
export function textAt(value: unknown, key: string): string | undefined {
  const text = fieldsOf(value)[key];
  return typeof text === "string" ? text : undefined;
}

/** Returns the number at a key. */
export function numberAt(value: unknown, key: string): number | undefined {
  const number = fieldsOf(value)[key];
  return typeof number === "number" ? number : undefined;
}

/** Returns the texts of an object at a key, such as labels. */
export function textsByName(value: unknown, key: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fieldsAt(value, key)).filter(
      (entry): entry is [string, string] => typeof entry[1] === "string",
    ),
  );
}
