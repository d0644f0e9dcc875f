import type { Mesh } from "../catalog";
import type { MeshObject } from "./object";

/**
 * Merges the catalog's overrides into the objects that they name.
 *
 * @throws Error that names every override to which there is no object.
 */
export function override(objects: readonly MeshObject[], overrides: Mesh["overrides"]): MeshObject[] {
  const unused = new Set(
    Object.entries(overrides).flatMap(([kind, patches]) =>
      Object.keys(patches).map((name) => `${kind} ${name}`),
    ),
  );
  const merged = objects.map((object) => {
    const { name, namespace } = object.metadata;
    const fullName = namespace === undefined ? name : `${namespace}/${name}`;
    const patch = overrides[object.kind]?.[fullName];
    if (!patch) return object;
    unused.delete(`${object.kind} ${fullName}`);
    return mergePatch(object, patch) as MeshObject;
  });
  if (unused.size > 0) {
    const names = objects.map(({ kind, metadata }) => [kind, metadata.namespace, metadata.name] as const);
    throw new Error(
      [...unused]
        .map((one) => {
          const [kind = ""] = one.split(" ");
          const known = names
            .filter(([other]) => other === kind)
            .map(([, ...parts]) => parts.filter(Boolean).join("/"));
          const cure = known.length > 0 ? `its objects are ${known.join(", ")}` : "no such kind is rendered";
          return `overrides.${one.replace(" ", ".")}: there is no such object; ${cure}`;
        })
        .join("\n"),
    );
  }
  return merged;
}

/** A JSON merge patch, RFC 7386: objects are merged, everything else is replaced, and null removes. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged = new Map(Object.entries(isObject(target) ? target : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
