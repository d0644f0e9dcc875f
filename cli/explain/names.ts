import { distance } from "fastest-levenshtein";
import { clusterHost, gatewayServers, type Model } from "../../effect";
import { UserError } from "../../errors/userError";

interface Named {
  readonly namespace: string;
  readonly name: string;
}

/** Whether something has a name: `cart` or `shop/cart`. */
export function isNamed(one: Named, wanted: string): boolean {
  return one.name === wanted || placeOf(one) === wanted;
}

/** The namespace and name, such as `shop/cart`. */
export function placeOf({ namespace, name }: Named): string {
  return `${namespace}/${name}`;
}

/** The names of a host: of a Service of the cluster `cart`, `shop/cart`, `cart.shop`, `cart.shop.svc` and the host. */
export function namesOfHost({ settings }: Model, host: string): string[] {
  const known = clusterHost(host, settings.clusterDomain);
  if (known === undefined) return [host];
  const { name, namespace } = known;
  return [name, placeOf(known), `${name}.${namespace}`, `${name}.${namespace}.svc`, host];
}

/**
 * Returns the first of what has a name. Undefined if there is none.
 *
 * @param distinction what tells them apart: if all have the same, any of them will do.
 * @param full a name that only one of them has.
 * @throws {UserError} if there is more than one.
 */
export function onlyOne<T>(
  name: string,
  what: string,
  found: readonly T[],
  distinction: (one: T) => string,
  full: (one: T) => string,
): T | undefined {
  const [first] = found;
  if (new Set(found.map(distinction)).size > 1) {
    throw new UserError({
      problem: `"${name}" names more than one ${what}.`,
      fix: `Name one of: ${[...new Set(found.map(full))].sort().join(", ")}.`,
      exitCode: 2,
    });
  }
  return first;
}

/** The most names that a message lists. */
const mostListed = 24;

/** Lists names in their order; of many, those that are most similar to a wanted one. */
export function listed(names: Iterable<string>, wanted: string): string {
  const all = [...new Set(names)].sort();
  if (all.length <= mostListed) return all.join(", ");
  const nearest = all
    .map((name) => ({ name, far: distance(name, wanted) }))
    .sort((a, b) => a.far - b.far)
    .slice(0, 8);
  return `${nearest.map(({ name }) => name).join(", ")} (of ${all.length})`;
}

/** Says what to ask instead of a gateway, which has no requests of its own. Undefined for any other name. */
export function gatewayError(model: Model, name: string): UserError | undefined {
  const proxies = model.workloads.filter(({ proxy }) => proxy === "gateway");
  const servers = proxies.flatMap((proxy) =>
    gatewayServers(model, proxy).map((server) => ({ proxy, server, isOwn: isNamed(server.from, name) })),
  );
  const own = servers.filter(({ proxy, isOwn }) => isOwn || isNamed(proxy, name));
  if (own.length === 0 && !proxies.some((proxy) => isNamed(proxy, name))) return undefined;
  const urls = own.flatMap(({ server: { hosts, port, tls } }) =>
    tls === "ISTIO_MUTUAL"
      ? []
      : hosts.map(({ host }) => {
          const scheme = tls === undefined ? "http" : "https";
          return `${scheme}://${host}${port === (tls === undefined ? 80 : 443) ? "" : `:${port}`}`;
        }),
  );
  return new UserError({
    problem: `${name} is a gateway, which sends what it receives.`,
    fix:
      urls.length === 0
        ? "Name the client and the host that requests are for, such as an external service behind an egress gateway."
        : `Ask without a client about a URL of its hosts: ${listed(urls, name)}.`,
    exitCode: 2,
  });
}
