import type { Delegate } from "./delegate";
import { afterDryRuns, type Edge } from "./edge";
import type { Gateway } from "./gateway";
import type { GatewayRoute } from "./gatewayRoute";

/**
 * All routes from one gateway share the gateway's identity, so an AuthorizationPolicy cannot tell them apart. If routes to
 * one port require different tokens or methods, each rule is limited to its route's own paths. A rule never excludes
 * paths: a request with another spelling of an excluded path would match it. Check MW313 refuses routes that would need it.
 */
export function heldToTheirPaths(
  gateways: readonly Gateway[],
  delegates: readonly Delegate[],
): [Gateway[], Delegate[]] {
  const alike = alikeRoutes([...gateways, ...delegates]);
  const heldEdge = (route: GatewayRoute): Edge => {
    const { edge } = route;
    const all = (alike.get(doorOf(edge)) ?? []).map((other) => other.edge);
    const paths = heldPaths(route, all);
    const [then] = all.some(({ dryRun }) => dryRun !== undefined) ? afterDryRuns([edge]) : [];
    const pathsThen = then && heldPaths({ ...route, edge: then }, afterDryRuns(all));
    return {
      ...edge,
      ...(paths && { paths }),
      ...(pathsThen && { pathsAfterDryRuns: pathsThen }),
    };
  };
  const held = (route: GatewayRoute): GatewayRoute => ({
    ...route,
    edge: heldEdge(route),
    destinations: route.destinations.map((one) => ({ ...one, edge: heldEdge({ ...route, edge: one.edge }) })),
  });
  const all = <Own extends Gateway>(one: Own): Own => ({
    ...one,
    hosts: one.hosts.map((host) => ({
      ...host,
      routes: host.routes.map((route) => (route.edge === undefined ? route : held(route))),
    })),
  });
  return [gateways.map(all), delegates.map(all)];
}

/** The paths that a route is limited to, if others of the same gateway and port admit other requests. */
function heldPaths(route: GatewayRoute, all: readonly Edge[]): readonly string[] | undefined {
  const own = regionOf(route);
  const isAlone = all.every((other) => admits(other) === admits(route.edge));
  return isAlone || own.includes("/*") ? undefined : own;
}

/** The routes of a gateway. One with further services is listed for each of them, with the edge to that service. */
export function routesOf({ hosts }: Gateway): GatewayRoute[] {
  return hosts.flatMap(({ routes }) =>
    routes.flatMap((route) =>
      route.edge === undefined
        ? []
        : [route, ...route.destinations.map(({ edge }): GatewayRoute => ({ ...route, edge }))],
    ),
  );
}

/** Routes that a service can't tell apart, grouped by gateway identity, service and port. */
export function alikeRoutes(gateways: readonly Gateway[]): Map<string, GatewayRoute[]> {
  return Map.groupBy(gateways.flatMap(routesOf), ({ edge }) => doorOf(edge));
}

function doorOf({ source, callee, port }: Edge): string {
  return `${source.principal} ${callee} ${port.name}`;
}

/** The paths of a route, as the service receives them. */
export function regionOf(route: GatewayRoute): readonly string[] {
  const { paths } = route.edge;
  if (paths.length > 0) return paths;
  const prefix = prefixOf(route) ?? "/";
  return prefix === "/" ? ["/*"] : [prefix, `${prefix}/*`];
}

/**
 * A route's prefix as the service receives it: after the rewrite, without a slash at its end. `/` for the root. Undefined
 * for a route with an exact path or a regular expression.
 */
export function prefixOf({ match: { uri }, rewrite }: GatewayRoute): string | undefined {
  return "prefix" in uri ? (rewrite ?? uri.prefix).replace(/\/$/, "") || "/" : undefined;
}

/** Whether a path pattern, exact or with a trailing `*`, includes another one. */
export function includesPath(pattern: string, path: string): boolean {
  return pattern.endsWith("*") ? path.startsWith(pattern.slice(0, -1)) : pattern === path;
}

function admits({ methods, endUser }: Edge): string {
  return JSON.stringify([methods, endUser]);
}
