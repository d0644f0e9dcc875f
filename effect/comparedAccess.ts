import { type AccessSet, accessSet, allClasses } from "./accessSet";
import type { Model } from "./model";
import { intersect, type Region, subtract } from "./region";
import { type Space, spaceOf } from "./space";
import type { Workload } from "./workload";

/** The requests that a workload's proxy passes in two models, as sets of the same classes. */
export interface ComparedAccess {
  readonly space: Space;
  readonly was: AccessSet;
  readonly is: AccessSet;
}

/**
 * Returns the requests that one set allows and another does not, certainly: also those about which only the other has an
 * external authorizer decide.
 */
export function certainlyMore(to: AccessSet, from: AccessSet, space: Space): Region {
  const all = (dimension: string): bigint => allClasses(space, dimension);
  const more = subtract(to.sure, from.maybe, all);
  return from.asked.length === 0
    ? more
    : [...more, ...subtract(intersect(to.sure, from.asked), from.sure, all)];
}

interface Last {
  readonly before: Model;
  readonly after: Model;
  readonly now: Workload;
  readonly compared: ComparedAccess;
}

/** The last comparison of each workload. */
const cache = new WeakMap<Workload, Last>();

/** Returns what both models pass. It is needed for all clients of a workload together, and for each of them. */
export function comparedAccess(before: Model, old: Workload, after: Model, now: Workload): ComparedAccess {
  const last = cache.get(old);
  if (last?.before === before && last.after === after && last.now === now) return last.compared;
  const space = spaceOf([
    { model: before, workload: old },
    { model: after, workload: now },
  ]);
  const compared = { space, was: accessSet(before, old, space), is: accessSet(after, now, space) };
  cache.set(old, { before, after, now, compared });
  return compared;
}
