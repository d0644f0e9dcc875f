import { parseBlock } from "./address";

/** Returns the full name of a host: one without a dot is a service of the object's own namespace. */
export function fullHost(host: string, namespace: string, clusterDomain: string): string {
  if (host === "*" || host === "" || host.includes(".") || parseBlock(host)) return host;
  return `${host}.${namespace}.svc.${clusterDomain}`;
}

/** The name and namespace of a host of the cluster. Undefined for other hosts. */
export function clusterHost(
  host: string,
  clusterDomain: string,
): { readonly name: string; readonly namespace: string } | undefined {
  const tail = `.svc.${clusterDomain}`;
  if (!host.endsWith(tail)) return undefined;
  const [name = "", namespace = "", more] = host.slice(0, -tail.length).split(".");
  return more === undefined && namespace !== "" ? { name, namespace } : undefined;
}

/** Whether a host is a wildcard, such as `*.example.com`. */
export function isWildcard(host: string): boolean {
  return host.startsWith("*");
}

/** Whether every name that a host stands for is also one of the other's. */
export function isWithin(host: string, other: string): boolean {
  if (!isWildcard(other)) return host === other;
  const [own, tail] = [isWildcard(host) ? host.slice(1) : host, other.slice(1)];
  return own.endsWith(tail) && (!isWildcard(host) || host.length >= other.length);
}

/** Whether two hosts have a name in common. */
export function overlap(a: string, b: string): boolean {
  return isWithin(a, b) || isWithin(b, a);
}

/** Returns the most specific of the hosts that include a name: itself, or the longest wildcard. */
export function mostSpecific<T>(
  name: string,
  values: readonly T[],
  hostOf: (value: T) => string,
): T | undefined {
  const exact = values.find((value) => hostOf(value) === name);
  if (exact !== undefined) return exact;
  let best: T | undefined;
  for (const value of values) {
    const host = hostOf(value);
    if (!isWildcard(host) || !isWithin(name, host)) continue;
    if (best === undefined || host.length > hostOf(best).length) best = value;
  }
  return best;
}

/**
 * Finds what has a host in common with a host, in the given order: exact hosts by their name, wildcards one by one.
 */
export function hostIndex<T extends { readonly host: string }>(
  all: readonly T[],
): (host: string) => readonly T[] {
  const numbered = all.map((of, i) => ({ of, i }));
  const exact = Map.groupBy(
    numbered.filter(({ of }) => !isWildcard(of.host)),
    ({ of }) => of.host,
  );
  const wild = numbered.filter(({ of }) => isWildcard(of.host));
  return (host) => {
    const within = isWildcard(host) ? numbered : [...(exact.get(host) ?? []), ...wild];
    const found = within.filter(({ of }) => overlap(of.host, host));
    return found.sort((a, b) => a.i - b.i).map(({ of }) => of);
  };
}
