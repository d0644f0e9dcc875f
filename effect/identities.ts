import type { Model } from "./model";
import { exactText, matches, type Pattern } from "./pattern";
import { principalOf } from "./request";
import { type TextClasses, textClasses } from "./textClass";
import { identityOf } from "./workload";

const cache = new WeakMap<Model, readonly string[]>();

/** Returns the principals of all workloads that have a proxy, each once. Those of assumed pods are unknown. */
export function principals(model: Model): readonly string[] {
  const known = cache.get(model);
  if (known) return known;
  const own = model.workloads
    .filter(({ proxy, assumed }) => proxy !== "none" && assumed === undefined)
    .map((one) => principalOf(identityOf(one, model.settings)));
  const unique = [...new Set(own)];
  cache.set(model, unique);
  return unique;
}

/** Principals that no policy distinguishes. They can be all of a mesh, so they are listed only where they are needed. */
export type Alike = () => readonly string[];

/**
 * Groups the principals of models by the patterns that match them: no policy with these patterns alone distinguishes the
 * principals of one group.
 *
 * @returns the groups by their first principal.
 */
export function principalsAlike(models: readonly Model[], patterns: readonly Pattern[]): Map<string, Alike> {
  const all = models.map(principals).reduce(union, []);
  const { position, groupsBy } = indexOf(all);
  const exact = new Set(
    patterns.flatMap((pattern) => exactText(pattern) ?? []).filter((one) => position.has(one)),
  );
  const { groups, groupOf } = groupsBy(patterns.filter((pattern) => exactText(pattern) === undefined));
  const divided = new Set([...exact].map((one) => groupOf.get(one)));
  const found = groups.flatMap((group, number): (readonly [string, Alike])[] => {
    const first = divided.has(number) ? group.find((one) => !exact.has(one)) : group[0];
    if (first === undefined) return [];
    return [[first, () => (divided.has(number) ? group.filter((one) => !exact.has(one)) : group)]];
  });
  const single = [...exact].map((one): readonly [string, Alike] => [one, () => [one]]);
  return new Map(
    [...found, ...single].sort(([one], [other]) => (position.get(one) ?? 0) - (position.get(other) ?? 0)),
  );
}

/** Principals, divided by patterns that match several. */
interface Divided {
  readonly groups: readonly (readonly string[])[];
  /** The number of each principal's group. */
  readonly groupOf: ReadonlyMap<string, number>;
}

interface Index {
  readonly position: ReadonlyMap<string, number>;
  readonly groupsBy: (patterns: readonly Pattern[]) => Divided;
}

const indexes = new WeakMap<readonly string[], Index>();

/** Policies of many workloads have the same patterns that match several principals, often none. */
function indexOf(all: readonly string[]): Index {
  const known = indexes.get(all);
  if (known) return known;
  const byPatterns = new Map<string, Divided>();
  const index: Index = {
    position: new Map(all.map((one, i) => [one, i])),
    groupsBy: (patterns) => {
      const key = JSON.stringify(patterns);
      const divided = byPatterns.get(key) ?? divide(all, patterns);
      byPatterns.set(key, divided);
      return divided;
    },
  };
  indexes.set(all, index);
  return index;
}

function divide(all: readonly string[], patterns: readonly Pattern[]): Divided {
  const groups = [...Map.groupBy(all, classesBy(patterns).nameOf).values()];
  return { groups, groupOf: new Map(groups.flatMap((group, i) => group.map((one) => [one, i] as const))) };
}

const unions = new WeakMap<readonly string[], WeakMap<readonly string[], readonly string[]>>();

/** The texts of both, each once: the same list for the same two. */
function union(one: readonly string[], other: readonly string[]): readonly string[] {
  if (one.length === 0 || one === other) return other;
  const known = unions.get(one) ?? new WeakMap<readonly string[], readonly string[]>();
  unions.set(one, known);
  const all = known.get(other) ?? [...new Set([...one, ...other])];
  known.set(other, all);
  return all;
}

function classesBy(patterns: readonly Pattern[]): TextClasses {
  return textClasses(patterns, exactText, matches);
}
