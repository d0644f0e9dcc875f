import { type Fields, fieldsAt, listAt, textsAt } from "./field";
import { isWithin, mostSpecific } from "./host";
import { appliesTo, type RoutedRequest, type RoutingProxy } from "./httpMatch";
import type { ObjectName } from "./object";
import type { RouteDestination, Route } from "./routing";
import type { VirtualService } from "./virtualService";

/** Resolves a destination of a route. */
type Resolve = (destination: unknown) => RouteDestination;

/** What a proxy does with connections whose client asks for one of some names by TLS. */
export interface Chain {
  /** Names, possibly wildcards. Empty: every name, and connections without TLS. */
  readonly names: readonly string[];
  readonly to: Route;
}

/** Returns the chain for a name: the one with the most specific name, or the first of several. */
export function chainFor(chains: readonly Chain[], name: string): Chain | undefined {
  const named = chains.flatMap((chain) =>
    (chain.names.length > 0 ? chain.names : ["*"]).map((own) => ({ chain, own })),
  );
  return mostSpecific(name, named, ({ own }) => own)?.chain;
}

/** Returns the chains of the routes `tls` of VirtualServices, in their order. */
export function tlsChains(
  virtualServices: readonly VirtualService[],
  port: number,
  proxy: RoutingProxy,
  resolve: Resolve,
): Chain[] {
  return virtualServices.flatMap(({ tls, from }) =>
    tls.flatMap((route) =>
      listAt(route, "match")
        .filter((match) => appliesTo(match, port, proxy))
        .map((match) => ({ names: textsAt(match, "sniHosts"), to: routeTo(route, from, resolve) })),
    ),
  );
}

/** Returns where the routes `tcp` of VirtualServices send a connection: the first that matches. */
export function tcpRoute(
  virtualServices: readonly VirtualService[],
  port: number,
  proxy: RoutingProxy,
  resolve: Resolve,
): Route | undefined {
  const all = virtualServices.flatMap(({ tcp, from }) => tcp.map((route) => ({ route, from })));
  for (const { route, from } of all) {
    const matches = listAt(route, "match");
    const fitting = matches.filter((match) => appliesTo(match, port, proxy));
    if (matches.length > 0 && fitting.length === 0) continue;
    // Addresses of the connection are not part of the request.
    const byAddress = fitting.every((match) => textsAt(match, "destinationSubnets").length > 0);
    if (matches.length > 0 && byAddress) {
      return { outcome: "unknown", destinations: [], mirrors: [], by: from };
    }
    return routeTo(route, from, resolve);
  }
  return undefined;
}

function routeTo(route: Fields, by: ObjectName, resolve: Resolve): Route {
  const list = listAt(route, "route");
  const destinations = list.map((one) => ({
    ...resolve(one.destination),
    weight: list.length === 1 || typeof one.weight !== "number" ? 1 : one.weight,
  }));
  return { outcome: "forwarded", destinations, mirrors: [], by };
}

/**
 * Returns where a sidecar sends a connection to a service, as the routes of VirtualServices with its host say. `unmatched` if
 * there are routes for TLS, and none of them for the name that the client asks for. Undefined without routes.
 *
 * @param isTls whether the service's port has TLS. Routes `tcp` don't apply to it.
 */
export function serviceConnection(
  virtualServices: readonly VirtualService[],
  { host, isTls }: { readonly host: string; readonly isTls: boolean },
  { host: asked, port }: RoutedRequest,
  proxy: RoutingProxy,
  resolve: Resolve,
): Route | "unmatched" | undefined {
  const own = virtualServices.filter(({ hosts }) => hosts.some((one) => isWithin(host, one)));
  if (!isTls) return tcpRoute(own, port, proxy, resolve);
  const chains = tlsChains(own, port, proxy, resolve);
  const name = isWithin(asked.toLowerCase(), host) ? asked.toLowerCase() : host;
  return chains.length === 0 ? undefined : (chainFor(chains, name)?.to ?? "unmatched");
}

/** Whether a VirtualService has routes of connections. */
export function routesConnections({ tls, tcp }: VirtualService): boolean {
  return [...tls, ...tcp].some((route) => Object.keys(fieldsAt({ route }, "route")).length > 0);
}
