import { type Edge, type GatewayRoute, type Mesh, parsePath } from "../catalog";

/**
 * Whether a proxy sets a header from a claim of the token that each request of an edge must have. It then replaces the
 * value that the request had.
 */
export function isFromClaim(
  header: string,
  { endUser }: Edge,
  { jwtRules }: Pick<Mesh, "jwtRules">,
): boolean {
  const set = jwtRules.flatMap(({ outputClaimToHeaders = [] }) => outputClaimToHeaders);
  return endUser !== undefined && set.some((output) => output.header.toLowerCase() === header);
}

/** Whether a route passes on the value of a header that its client chose. */
export function passesOn(header: string, { headers }: Pick<GatewayRoute, "headers">): boolean {
  const { set = {}, remove = [] } = headers?.request ?? {};
  const own = Object.entries(set).find(([name]) => name.toLowerCase() === header);
  // Envoy's operators can contain the client's value again.
  if (own) return own[1].includes("%");
  return !remove.some((name) => name.toLowerCase() === header);
}

/** The routes of gateways from which requests of an edge come. A mirrored request comes from those of the mirrored service. */
export function routesOfEdge(
  { path, source, mirrored }: Edge,
  routes: readonly GatewayRoute[],
): GatewayRoute[] {
  return routes.filter(({ edge }) =>
    mirrored ? edge.callee === parsePath(path)[1] && edge.source.name === source.name : edge.path === path,
  );
}
