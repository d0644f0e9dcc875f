import { compare, formatPath, isList, isObject, type MeshDefinition } from "../../catalog";
import { istiodValues } from "../../components/plain";
import { checkMesh, fromAnnotation, mergePatch, renderMesh } from "../../mesh";
import { renderObservability } from "../../observability";
import { type Change, changes } from "./changes";
import { example } from "./example";

/** What a field of the catalog renders to: paths in rendered objects, keyed by kind, or the reason why there are none. */
export type RendersTo =
  { readonly changed: ReadonlyMap<string, readonly string[]> } | { readonly nothing: string };

/**
 * What changes in the example's objects when a field changes. The reference shows this for each field, so it matches the
 * renderers.
 *
 * @returns undefined for a field without a declared change.
 * @throws Error if a change results in errors, if it changes nothing but should, or if it should change nothing but does.
 */
export function rendersTo(field: string): RendersTo | undefined {
  const known = changes[field];
  if (known === undefined) return undefined;
  const nothing = "nothing" in known ? known : undefined;
  const list: readonly Change[] = nothing ? [nothing.change] : isList(known) ? known : [known];
  const places = new Map<string, Set<string>>();
  for (const change of list) {
    const old = "before" in change ? surface(change.before, field) : (unchanged ??= surface({}, field));
    const now = surface("before" in change ? change.after : change, field);
    for (const [kind, place] of differences(old, now)) {
      places.set(kind, (places.get(kind) ?? new Set()).add(place));
    }
  }
  if (places.size > 0 === (nothing !== undefined)) {
    throw new Error(`${field}: its change changes ${nothing ? "objects" : "nothing"}`);
  }
  if (nothing) return nothing;
  return {
    changed: new Map(
      [...places].sort(([a], [b]) => compare(a, b)).map(([kind, found]) => [kind, [...found].sort()]),
    ),
  };
}

interface Part {
  readonly kind: string;
  readonly content: unknown;
}

type Surface = ReadonlyMap<string, Part>;

/** The unchanged example's surface, cached because nearly every field needs it. */
let unchanged: Surface | undefined;

/** Everything that depends on a catalog, keyed by name: its objects, its observability objects, and istiod's Helm values. */
function surface(patch: object, field: string): Surface {
  const catalog = mergePatch(example, patch) as MeshDefinition;
  const { mesh, findings } = checkMesh(catalog);
  if (!mesh) throw new Error(`${field}: ${JSON.stringify(findings, null, 2)}`);
  const objects = [...renderMesh(mesh), ...renderObservability(mesh, { namespace: "monitoring" })];
  return new Map([
    ...objects.map(({ kind, metadata: { name, namespace = "", ...metadata }, ...rest }): [string, Part] => {
      const annotations = { ...metadata.annotations, [fromAnnotation]: undefined };
      return [
        `${kind} ${namespace}/${name}`,
        { kind, content: { ...rest, metadata: { ...metadata, annotations } } },
      ];
    }),
    ["istiod", { kind: "istiod's Helm values", content: istiodValues(mesh) }],
  ]);
}

/** Kind and path of each difference. An added or removed object has no path. */
function* differences(before: Surface, after: Surface): Iterable<[string, string]> {
  for (const [name, { kind }] of new Map([...before, ...after])) {
    const [old, now] = [before.get(name)?.content, after.get(name)?.content];
    if (old === undefined || now === undefined) yield [kind, ""];
    else for (const place of placesOf(old, now)) yield [kind, place];
  }
}

/** The fields in which two values differ. Lists of different lengths differ as a whole. */
function* placesOf(before: unknown, after: unknown, path: readonly string[] = []): Iterable<string> {
  if (before === after) return;
  const lists = Array.isArray(before) && Array.isArray(after);
  const alike = lists
    ? before.length === after.length && before.every(isObject)
    : isObject(before) && isObject(after);
  if (!alike) {
    if (JSON.stringify(before) !== JSON.stringify(after)) yield formatPath(path).replaceAll('["[]"]', "[]");
    return;
  }
  const [old, now] = [before as Record<string, unknown>, after as Record<string, unknown>];
  for (const key of new Set([...Object.keys(old), ...Object.keys(now)])) {
    yield* placesOf(old[key], now[key], [...path, lists ? "[]" : key]);
  }
}
