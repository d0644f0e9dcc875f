import { accessRules, atomsOf } from "./accessRules";
import type { Model } from "./model";
import { matches, type Pattern } from "./pattern";
import { principalOf } from "./request";
import { type TextClasses, textClasses } from "./textClass";
import { identityOf, type Workload } from "./workload";

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

/**
 * Groups the principals of models by the patterns that match them: no policy with these patterns alone distinguishes the
 * principals of one group.
 *
 * @returns the groups by their first principal.
 */
export function principalsAlike(
  models: readonly Model[],
  patterns: readonly Pattern[],
): Map<string, readonly string[]> {
  const all = [...new Set(models.flatMap(principals))];
  const groups = Map.groupBy(all, classesBy(patterns).nameOf);
  return new Map([...groups.values()].map((group) => [group[0] ?? "", group]));
}

/** Returns the classes of principals: no policy of the workloads distinguishes the principals of one class. */
export function principalClasses(model: Model, workloads: readonly Workload[]): TextClasses {
  const atoms = workloads.flatMap((workload) =>
    [false, true].flatMap((tcp) => atomsOf(accessRules(model, workload, tcp))),
  );
  return classesBy(atoms.flatMap(({ dimension, pattern }) => (dimension === "identity" ? [pattern] : [])));
}

function classesBy(patterns: readonly Pattern[]): TextClasses {
  return textClasses(patterns, exactOf, matches);
}

function exactOf(pattern: Pattern): string | undefined {
  return pattern.form === "exact" && pattern.ignoreCase !== true ? pattern.text : undefined;
}
