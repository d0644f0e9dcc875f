import { isObject, type Mesh } from "../catalog";
import { fullName, type Manifest } from "./object";

/** Merges the catalog's overrides into the objects that they name. A check verifies that these objects exist. */
export function override(objects: readonly Manifest[], overrides: Mesh["overrides"]): Manifest[] {
  return objects.map((object) => {
    const patch = overrides[object.kind]?.[fullName(object)];
    return patch ? (mergePatch(object, patch) as Manifest) : object;
  });
}

/** Applies a JSON merge patch (RFC 7386): objects are merged, everything else is replaced, and null removes a value. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged = new Map(Object.entries(isObject(target) ? target : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}
