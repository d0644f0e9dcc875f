import type { ClientAddresses } from "./clientAddresses";
import type { GatewayHost } from "./gatewayHost";
import type { GatewayRoute } from "./gatewayRoute";
import { compare } from "./order";
import { includesPath } from "./routeRegions";

/** Requests or connections to a host that are limited to the same clients. */
export interface ClientZone {
  readonly clients: ClientAddresses;
  /** Paths as the gateway receives them. Empty: every path. */
  readonly paths: readonly string[];
  /** Paths of narrower routes, which have other clients. */
  readonly notPaths: readonly string[];
  /** The routes in the catalog. */
  readonly from: readonly string[];
}

/** Equal for routes with the same clients. */
export function clientsKey({ clients }: Pick<GatewayRoute, "clients">): string {
  return JSON.stringify(clients ?? {});
}

/**
 * The zones of a host: one if all routes have the same clients, otherwise one for each route with lists. Check MW321
 * refuses routes that paths can't tell apart.
 */
export function clientZones({ routes }: Pick<GatewayHost, "routes">): ClientZone[] {
  const own = routes.flatMap((route) => (route.edge === undefined ? [] : [route]));
  const [first] = own;
  if (first && new Set(own.map(clientsKey)).size === 1) {
    const { clients } = first;
    return clients ? [{ clients, paths: [], notPaths: [], from: own.map(({ edge }) => edge.path) }] : [];
  }
  const areas = routes.map((route) => ({
    key: clientsKey(route.edge === undefined ? {} : route),
    paths: areaOf(route),
  }));
  return own.flatMap((route): ClientZone[] => {
    if (!route.clients) return [];
    const paths = areaOf(route);
    const others = areas.filter(({ key }) => key !== clientsKey(route));
    const inner = others.map((area) => area.paths).filter((area) => isInside(area, paths));
    return [
      {
        clients: route.clients,
        paths: paths.includes("/*") ? [] : paths,
        notPaths: [...new Set(inner.flat())].sort(compare),
        from: [route.edge.path],
      },
    ];
  });
}

function areaOf({ match: { uri } }: GatewayHost["routes"][number]): string[] {
  return "prefix" in uri ? below(uri.prefix) : Object.values(uri);
}

function below(prefix: string): string[] {
  const bare = prefix.replace(/\/$/, "");
  return bare === "" ? ["/*"] : [bare, `${bare}/*`];
}

function isInside(area: readonly string[], wider: readonly string[]): boolean {
  return area.every((path) => wider.some((pattern) => includesPath(pattern, path)));
}
