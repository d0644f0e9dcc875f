import type { MeshDefinition } from "../../../catalog";
import type { Rule } from "../../../checks";

/** Where something stands in a catalog, as keys and indices from its root. */
export type Place = readonly (string | number)[];

/** One kind of mistake that a platform's catalog can be given. */
export interface Mutation {
  /** The rule that must find it. */
  readonly code: Rule["code"];
  /** In words, for the test's name. */
  readonly mistake: string;
  /** Codes of other findings that follow from it somewhere. Default: none. */
  readonly also?: readonly Rule["code"][];
  /** The mistake at every single place of a catalog where it can be made, one after the other. */
  readonly mutants: (catalog: MeshDefinition) => Iterable<Mutant>;
}

/** A catalog with one mistake in it, as what it changes in the catalog. */
export interface Mutant {
  /** Where the finding has to be. */
  readonly at: Place;
  readonly changes: readonly Change[];
}

/** A value and the place where it is put; undefined removes what stands there. */
export type Change = readonly [place: Place, value: unknown];

/** The mistake that is found right where it is made. */
export function put(at: Place, value: unknown): Mutant {
  return { at, changes: [[at, value]] };
}

export function mutated(catalog: unknown, { changes }: Mutant): unknown {
  return changes.reduce((changed, [place, value]) => changedAt(changed, place, value), catalog);
}

/** A copy in which something else stands at a place; what should hold it is made where it is missing. */
export function changedAt(value: unknown, [key, ...below]: Place, by: unknown): unknown {
  if (key === undefined) return by;
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }) as Record<
    string | number,
    unknown
  >;
  const inner = changedAt(copy[key], below, by);
  if (inner !== undefined) copy[key] = inner;
  else Reflect.deleteProperty(copy, key);
  return copy;
}
