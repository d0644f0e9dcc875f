/** Paths that a route matches: all below a prefix, or one. */
export interface Paths {
  readonly text: string;
  readonly isPrefix: boolean;
}

/** A path that both match. A route for every path comes last, so it takes nothing from others. */
export function sharedPath(some: readonly Paths[], others: readonly Paths[]): string | undefined {
  for (const one of some) {
    for (const other of others) {
      if (isEvery(one) !== isEvery(other)) continue;
      const [long, short] = one.text.length >= other.text.length ? [one, other] : [other, one];
      const meets = short.isPrefix
        ? long.text.startsWith(short.text)
        : !long.isPrefix && long.text === short.text;
      if (meets) return long.text;
    }
  }
  return undefined;
}

function isEvery({ text, isPrefix }: Paths): boolean {
  return isPrefix && text === "/";
}
