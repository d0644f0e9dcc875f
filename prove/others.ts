/** Most of a list that many questions share: it is divided into classes once for all of them. */
export interface Others<T> {
  readonly all: readonly T[];
  /** Items that are left out. */
  readonly except: ReadonlySet<T>;
}

/** Names the classes of items that get the same answer. */
export interface Naming<T> {
  readonly nameOf: (item: T) => string;
  /**
   * Keys of items. All others are of one class if they have the same {@link Kind.commonOf}. Undefined: each item is named.
   */
  readonly keys?: ReadonlySet<string>;
}

/** What is known of items, whatever distinguishes them. */
export interface Kind<T> {
  readonly keyOf: (item: T) => string;
  /** Names a class that contains that of the item. */
  readonly commonOf: (item: T) => string;
}

/** An item, and others of its class. */
export interface Class<T> {
  readonly name: string;
  readonly first: T;
  readonly more: Others<T>;
}

export const none: Others<never> = { all: [], except: new Set() };

export function itemsOf<T>({ all, except }: Others<T>): T[] {
  return except.size === 0 ? [...all] : all.filter((one) => !except.has(one));
}

/** Returns a function that divides items into classes, in the order of their first items. */
export function divider<T>(kind: Kind<T>): (others: Others<T>, naming: Naming<T>) => readonly Class<T>[] {
  const indexes = new WeakMap<readonly T[], Index<T>>();
  return (others, { nameOf, keys }) => {
    if (keys === undefined) return [...Map.groupBy(itemsOf(others), nameOf)].flatMap(classOfAll);
    const { all, except } = others;
    const index = indexes.get(all) ?? indexOf(all, kind);
    indexes.set(all, index);
    const named = [...keys].flatMap((key) => index.byKey.get(key) ?? []).filter((one) => !except.has(one));
    const apart = new Set([...except, ...named]);
    const common = [...index.byCommon.values()].flatMap((group): Class<T>[] => {
      const first = group.find((one) => !apart.has(one));
      if (first === undefined) return [];
      return [{ name: nameOf(first), first, more: { all: group, except: new Set([...apart, first]) } }];
    });
    const positionOf = ({ first }: Class<T>): number => index.positions.get(first) ?? 0;
    return [...common, ...[...Map.groupBy(named, nameOf)].flatMap(classOfAll)].sort(
      (one, other) => positionOf(one) - positionOf(other),
    );
  };
}

interface Index<T> {
  readonly byKey: ReadonlyMap<string, readonly T[]>;
  readonly byCommon: ReadonlyMap<string, readonly T[]>;
  readonly positions: ReadonlyMap<T, number>;
}

function indexOf<T>(all: readonly T[], { keyOf, commonOf }: Kind<T>): Index<T> {
  return {
    byKey: Map.groupBy(all, keyOf),
    byCommon: Map.groupBy(all, commonOf),
    positions: new Map(all.map((one, position) => [one, position])),
  };
}

function classOfAll<T>([name, [first, ...rest]]: readonly [string, readonly T[]]): Class<T>[] {
  return first === undefined ? [] : [{ name, first, more: { all: rest, except: none.except } }];
}
