/**
 * Sets of requests. Each aspect of a request has finitely many classes, and a set of classes is the bits of a number. A box
 * has a set of classes for some aspects, and all classes of the others. A region is the union of its boxes.
 */
export type Box = ReadonlyMap<string, bigint>;
export type Region = readonly Box[];

/** Every request. */
export const everything: Region = [new Map()];

/** Returns the requests that are in both of two boxes. Undefined if there are none. */
export function meet(a: Box, b: Box): Box | undefined {
  const both = new Map(a);
  for (const [dimension, classes] of b) {
    const left = (both.get(dimension) ?? classes) & classes;
    if (left === 0n) return undefined;
    both.set(dimension, left);
  }
  return both;
}

/** Returns the requests that are in both of two regions. */
export function intersect(a: Region, b: Region): Region {
  return a.flatMap((one) => b.flatMap((other) => meet(one, other) ?? []));
}

/** Returns the requests that are in the first region only, in boxes that don't overlap if the first's don't. */
export function subtract(a: Region, b: Region, all: (dimension: string) => bigint): Region {
  return b.reduce<Region>((left, box) => left.flatMap((one) => without(one, box, all)), a);
}

function without(box: Box, other: Box, all: (dimension: string) => bigint): Box[] {
  if (!meet(box, other)) return [box];
  const pieces: Box[] = [];
  const rest = new Map(box);
  for (const [dimension, classes] of other) {
    const own = rest.get(dimension) ?? all(dimension);
    const outside = own & ~classes;
    if (outside !== 0n) pieces.push(new Map(rest).set(dimension, outside));
    rest.set(dimension, own & classes);
  }
  return pieces;
}

/** Returns the numbers of the classes in a set. */
export function classNumbers(classes: bigint): number[] {
  const bits = classes.toString(2);
  const numbers: number[] = [];
  for (let at = bits.length - 1; at >= 0; at -= 1) if (bits[at] === "1") numbers.push(bits.length - 1 - at);
  return numbers;
}

/** Returns the number of the first class in a set. 0 for an empty set. */
export function firstClass(classes: bigint): number {
  const bits = classes.toString(2);
  return classes === 0n ? 0 : bits.length - 1 - bits.lastIndexOf("1");
}
