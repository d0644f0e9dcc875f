/**
 * Whether a path of the original catalog has a value, valid or not. Also true below an invalid value: what it was meant to
 * declare is unknown, so nothing below it counts as missing.
 */
export type IsWritten = (...path: string[]) => boolean;

export function isWrittenIn(input: unknown): IsWritten {
  return (...path) => {
    let at = input;
    for (const key of path) {
      if (at === undefined) return false;
      if (at === null || typeof at !== "object") return true;
      if (Array.isArray(at) && !/^\d+$/.test(key)) return true;
      if (!Object.hasOwn(at, key)) return false;
      at = (at as Record<string, unknown>)[key];
    }
    return at !== undefined;
  };
}

/**
 * Returns a copy without the value at `path`. If the path does not exist, its nearest parent is removed. For an element of
 * an array the array is removed, so that the indices of the other elements don't change. Undefined if nothing is left.
 */
export function cut(input: unknown, path: readonly (string | number)[]): unknown {
  const [key, ...below] = path;
  if (key === undefined || input === null || typeof input !== "object" || !Object.hasOwn(input, key))
    return undefined;
  const inner = cut((input as Record<string | number, unknown>)[key], below);
  if (Array.isArray(input)) {
    return inner === undefined
      ? undefined
      : input.map((element: unknown, i) => (i === key ? inner : element));
  }
  if (inner !== undefined) return { ...input, [key]: inner };
  return Object.fromEntries(Object.entries(input).filter(([name]) => name !== String(key)));
}

/** Returns a copy with `value` at `path`. Unchanged if the parent is not an object or array. */
export function put(input: unknown, path: readonly (string | number)[], value: unknown): unknown {
  const [key, ...below] = path;
  if (key === undefined) return value;
  if (input === null || typeof input !== "object") return input;
  const inner = put((input as Record<string | number, unknown>)[key], below, value);
  if (Array.isArray(input)) return input.map((element: unknown, i) => (i === key ? inner : element));
  return { ...input, [key]: inner };
}

/** Returns a copy without fields that are `undefined`, which a program may give an optional field. Unchanged if there are none. */
export function withoutUndefined<T>(value: T): T {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) {
    const items = value.map(withoutUndefined);
    return (items.every((item, index) => item === value[index]) ? value : items) as T;
  }
  const entries = Object.entries(value).map(([field, own]) => [field, withoutUndefined(own)] as const);
  const same = entries.every(([field, own]) => own !== undefined && own === value[field as keyof T]);
  return same ? value : (Object.fromEntries(entries.filter(([, own]) => own !== undefined)) as T);
}
