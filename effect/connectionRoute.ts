import { type Fields, fieldsAt, listAt, textsAt } from "./field";
import { isWildcard, mostSpecific } from "./host";
import { appliesTo, type RoutedRequest, type RoutingProxy } from "./httpMatch";
import type { RouteDestination, Route } from "./routing";
import type { VirtualService } from "./virtualService";

/**
 * Returns where the connection of a request goes, as the routes `tls` and `tcp` of VirtualServices say: those of the most
 * specific host. Undefined if none matches. The request's host stands for the name that the client asks for.
 *
 * @param host the host that the VirtualServices are for.
 */
export function connectionRoute(
  virtualServices: readonly VirtualService[],
  host: string,
  request: RoutedRequest,
  proxy: RoutingProxy,
  resolve: (destination: unknown) => RouteDestination,
): Route | undefined {
  const named = virtualServices.flatMap((one) => one.hosts.map((own) => ({ one, host: own })));
  const found = mostSpecific(host, named, (each) => each.host)?.one;
  if (!found) return undefined;
  const by = found.from;
  const routeTo = (route: Fields): Route => {
    const list = listAt(route, "route");
    const destinations = list.map((one) => ({
      ...resolve(one.destination),
      weight: list.length === 1 || typeof one.weight !== "number" ? 1 : one.weight,
    }));
    return { outcome: "forwarded", destinations, mirrors: [], by };
  };
  const wanted = request.host.toLowerCase();
  for (const route of found.tls) {
    const fits = listAt(route, "match").some(
      (match) =>
        appliesTo(match, request.port, proxy) &&
        textsAt(match, "sniHosts").some(
          (name) => name === wanted || (isWildcard(name) && wanted.endsWith(name.slice(1))),
        ),
    );
    if (fits) return routeTo(route);
  }
  for (const route of found.tcp) {
    const matches = listAt(route, "match");
    const fitting = matches.filter((match) => appliesTo(match, request.port, proxy));
    if (matches.length > 0 && fitting.length === 0) continue;
    // Addresses of the connection are not part of the request.
    const byAddress = fitting.every((match) => textsAt(match, "destinationSubnets").length > 0);
    if (matches.length > 0 && byAddress) return { outcome: "unknown", destinations: [], mirrors: [], by };
    return routeTo(route);
  }
  return undefined;
}

/** Whether a VirtualService has routes of connections. */
export function routesConnections({ tls, tcp }: VirtualService): boolean {
  return [...tls, ...tcp].some((route) => Object.keys(fieldsAt({ route }, "route")).length > 0);
}
