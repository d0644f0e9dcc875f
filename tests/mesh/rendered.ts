import fc from "fast-check";
import type { MeshDefinition } from "../../catalog";
import type { Manifest } from "../../mesh";
import { meshes } from "./meshes";
import { render } from "./render";

/** One seed for all properties of a process, so that they hold of the same random catalogs. */
const seed = Date.now() | 0;
const kept = new Map<string, readonly Manifest[]>();

/** {@link render}, once for each catalog: checking and rendering take longer than what properties ask of the objects. */
export function rendered(definition: MeshDefinition): readonly Manifest[] {
  const key = JSON.stringify(definition);
  const objects = kept.get(key) ?? render(definition);
  kept.set(key, objects);
  return objects;
}

/** Asserts a property of 100 random catalogs, which are the same for each property. */
export function forAnyMesh(
  hold: (definition: MeshDefinition) => void,
  options: { readonly numRuns?: number } = {},
): void {
  fc.assert(fc.property(meshes, hold), { ...options, seed });
}
