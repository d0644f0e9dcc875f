/** Formats a path in a catalog: `services.web.calls.api[0].timeout`, `hosts["api.example.com"]`. */
export function formatPath(segments: readonly (string | number)[]): string {
  let path = "";
  for (const segment of segments) {
    if (typeof segment === "number") path += `[${segment}]`;
    else if (!/^[\w-]+$/.test(segment)) path += `[${JSON.stringify(segment)}]`;
    else path += path === "" ? segment : `.${segment}`;
  }
  return path;
}

/** Returns the segments of a path that {@link formatPath} returned. */
export function parsePath(path: string): (string | number)[] {
  return [...path.matchAll(/\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|([^.[\]]+)/g)].map(
    ([, index, quoted, plain]) =>
      index !== undefined
        ? Number(index)
        : quoted !== undefined
          ? (JSON.parse(quoted) as string)
          : (plain ?? ""),
  );
}

/** The value at the segments of a path. Undefined if a part of the path is missing. */
export function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (at, key) =>
      at !== null && typeof at === "object" && Object.hasOwn(at, key)
        ? (at as Record<string | number, unknown>)[key]
        : undefined,
    value,
  );
}
