/** Whether a value is a map or a list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** Whether a value is a list. */
export function isList(value: unknown): value is unknown[] {
  return Array.isArray(value);
}

/** A value as text: `a list` and `an object` for those, whose own conversion can fail. */
export function asText(value: unknown): string {
  return isList(value) ? "a list" : isObject(value) ? "an object" : String(value);
}

/** The entries of a comma-separated list, such as `retryOn`, without empty ones. */
export function entriesOf(list: string): string[] {
  return list
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
}
