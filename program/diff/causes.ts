import { formatPath, isObject, parsePath, valueAt } from "../../catalog";
import { type ObjectName, titleOf } from "../../effect";
import { fromOf, type Side } from "./side";

/** What a change comes from: a place of the catalog, or an object of manifests. */
export interface Cause {
  /** Path in the catalog, such as `services.web.calls.cart.methods`, or an object. */
  readonly path: string;
  /** File and line, as far as they are known. */
  readonly place?: string;
}

/**
 * Finds what makes objects decide otherwise: the places of the catalog that differ, below those that the objects come from
 * and in their overrides. If none of them differs, and the catalogs differ at one place, that place is the cause.
 *
 * @param by the objects, of either side.
 * @param side the side whose object decides.
 * @param client a service whose own calls are preferred.
 */
export function causesOf(old: Side, now: Side, side: Side, by: readonly ObjectName[], client = ""): Cause[] {
  const other = side === now ? old : now;
  const pathsOf = ({ objects }: Side): string[] => by.flatMap((object) => fromOf(objects, object));
  const paths = [...new Set(pathsOf(side))];
  const all = [...new Set([...paths, ...pathsOf(other)])];
  if (all.length === 0) {
    return by.flatMap((object) => {
      const place = side.placeOf?.(object) ?? other.placeOf?.(object);
      return place === undefined ? [] : [{ path: titleOf(object), place }];
    });
  }
  const changedAt = (path: string): string[] => changedBelow(old.catalog, now.catalog, path);
  const near = [...all, ...by.map(overrideOf)].flatMap(changedAt);
  const changed = near.length > 0 ? near : onlyChange(old.catalog, now.catalog);
  const candidates = changed.length > 0 ? changed : paths;
  const own = candidates.filter((path) => client !== "" && path.split(/[.[]/).includes(client));
  const chosen = [...new Set(own.length > 0 ? own : candidates)];
  const narrowest = chosen.filter((path) => !chosen.some((other) => other !== path && isBelow(other, path)));
  return narrowest.map((path) => {
    const place = now.locate?.(path) ?? side.locate?.(path);
    return { path, ...(place !== undefined && { place }) };
  });
}

/** The catalog's path of an object's override. */
function overrideOf({ kind, namespace, name }: ObjectName): string {
  return formatPath(["overrides", kind, namespace === "" ? name : `${namespace}/${name}`]);
}

/** The only place at which two catalogs differ. Empty if they differ at none, or at several. */
function onlyChange(old: unknown, now: unknown): string[] {
  if (!isObject(old) || !isObject(now)) return [];
  const found = differing(old, now, []);
  return found.length === 1 ? found.map((place) => formatPath(place)) : [];
}

/** The differing places of two catalogs at a path and below it. None if the catalogs are the same there. */
function changedBelow(old: unknown, now: unknown, path: string): string[] {
  const segments = parsePath(path);
  const found = differing(valueAt(old, segments), valueAt(now, segments), segments);
  return found.map((place) => (place === segments ? path : formatPath(place)));
}

type Segments = readonly (string | number)[];

function differing(old: unknown, now: unknown, at: Segments): Segments[] {
  if (old === now) return [];
  if (!isObject(old) || !isObject(now)) return JSON.stringify(old) === JSON.stringify(now) ? [] : [at];
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].flatMap((key) =>
    old[key] === now[key] ? [] : differing(old[key], now[key], [...at, key]),
  );
}

function isBelow(path: string, other: string): boolean {
  return path.startsWith(`${other}.`) || path.startsWith(`${other}[`);
}
