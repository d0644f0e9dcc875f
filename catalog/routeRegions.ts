import type { Edge } from "./edge";
import type { Gateway } from "./gateway";
import type { GatewayRoute } from "./gatewayHost";

/**
 * Routes of one gateway to one port of a service all look alike to the service: they come from one account. Where they
 * differ in whose token or which methods they admit, each is held to its own paths, lest the widest cancel the others:
 * rules of an AuthorizationPolicy add up.
 */
export function heldToTheirPaths(gateways: readonly Gateway[]): Gateway[] {
  const alike = alikeRoutes(gateways);
  const held = ({ edge, ...route }: GatewayRoute): GatewayRoute => {
    const others = (alike.get(doorOf(edge)) ?? []).filter((other) => admits(other.edge) !== admits(edge));
    if (others.length === 0) return { ...route, edge };
    const own = regionOf({ ...route, edge });
    const narrower = others.map(regionOf).filter((region) => covers(own, region) && !covers(region, own));
    const notPaths = [...new Set(narrower.flat())].sort();
    return {
      ...route,
      edge: {
        ...edge,
        paths: own.includes("/*") ? edge.paths : own,
        ...(notPaths.length > 0 && { notPaths }),
      },
    };
  };
  return gateways.map((gateway) => ({
    ...gateway,
    hosts: gateway.hosts.map((host) => ({
      ...host,
      routes: host.routes.map((route) => (route.edge === undefined ? route : held(route))),
    })),
  }));
}

/** The routes of a gateway. */
export function routesOf({ hosts }: Gateway): GatewayRoute[] {
  return hosts.flatMap(({ routes }) => routes.flatMap((route) => (route.edge === undefined ? [] : [route])));
}

/** Routes that look alike to a service, by what they have in common. */
export function alikeRoutes(gateways: readonly Gateway[]): Map<string, GatewayRoute[]> {
  return Map.groupBy(gateways.flatMap(routesOf), ({ edge }) => doorOf(edge));
}

function doorOf({ source, callee, port }: Edge): string {
  return `${source.principal} ${callee} ${port.name}`;
}

/** Paths, as the service sees them, that a route is for. */
export function regionOf(route: GatewayRoute): readonly string[] {
  const { paths } = route.edge;
  if (paths.length > 0) return paths;
  const prefix = prefixOf(route);
  return prefix === "/" ? ["/*"] : [prefix, `${prefix}/*`];
}

/** A route's prefix as the service receives it: after the rewrite, without a slash at its end. `/` for the root. */
export function prefixOf({ prefix, rewrite = prefix }: Pick<GatewayRoute, "prefix" | "rewrite">): string {
  return rewrite.replace(/\/$/, "") || "/";
}

/** Whether every path of one region is in the other. */
function covers(region: readonly string[], other: readonly string[]): boolean {
  return other.every((path) => region.some((pattern) => includesPath(pattern, path)));
}

/** Whether one path, exact or ending in `*`, includes all that another one does. */
export function includesPath(pattern: string, path: string): boolean {
  return pattern.endsWith("*") ? path.startsWith(pattern.slice(0, -1)) : pattern === path;
}

function admits({ methods, endUser }: Edge): string {
  return JSON.stringify([methods, endUser?.claims]);
}
