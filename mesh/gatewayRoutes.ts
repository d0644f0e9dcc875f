import {
  type Cors,
  type Edge,
  formatDuration,
  type GatewayDelegate,
  type GatewayDirectResponse,
  type GatewayRedirect,
  type GatewayRoute,
  type RouteMatch,
  type Service,
} from "../catalog";
import { destinations, type HttpMatch, type HttpRoute, httpRoutes } from "./httpRoute";

/** The routes of a gateway's route: its matches, destinations, limits and changes of headers. */
export function gatewayRoutes(route: GatewayRoute, services: ReadonlyMap<string, Service>): HttpRoute[] {
  const { match, rewrite, headers, edge, destinations: others } = route;
  const service = calleeOf(edge, services);
  const timeout = longest([edge, ...others.map((one) => one.edge)]);
  return httpRoutes({
    name: routeName(match),
    service,
    ...(others.length > 0 && { route: weighted(route, services) }),
    port: edge.port,
    match: matches(match),
    ...(match.methods.length > 0 && { methods: match.methods }),
    ...(rewrite !== undefined && { rewrite: rewriteOf(match.uri, rewrite) }),
    ...(headers && { headers }),
    ...(timeout !== undefined && { timeout }),
    retries: edge.retries,
  });
}

function calleeOf({ callee, path }: Edge, services: ReadonlyMap<string, Service>): Service {
  const service = services.get(callee);
  if (!service) throw new Error(`${path}: there is no service "${callee}"`);
  return service;
}

/** The longest timeout. Undefined if one has none. */
function longest(edges: readonly Edge[]): number | undefined {
  const timeouts = edges.flatMap(({ timeout }) => timeout ?? []);
  return timeouts.length === edges.length ? Math.max(...timeouts) : undefined;
}

/** The destinations of a route with several services. Each share is divided among the versions of its service. */
function weighted(
  { edge, destinations: others }: GatewayRoute,
  services: ReadonlyMap<string, Service>,
): NonNullable<HttpRoute["route"]> {
  const rest = others.reduce((left, { weight }) => left - weight, 100);
  const shares = [{ edge, weight: rest }, ...others].filter(({ weight }) => weight > 0);
  const each = shares.map((share) => {
    const service = calleeOf(share.edge, services);
    return { weight: share.weight, to: destinations(service, share.edge.port, service.versions) };
  });
  // Weights are integers, and relative to their sum.
  const ofVersions = each.some(({ to }) => to.length > 1);
  return each.flatMap(({ weight, to }) =>
    to.map((one) => ({ ...one, weight: ofVersions ? weight * (one.weight ?? 100) : weight })),
  );
}

/** The name of a route in metrics and access logs: its path, then what else it matches. */
function routeName({ uri, headers, queryParams, methods }: RouteMatch): string {
  const valued = [...Object.entries(headers), ...Object.entries(queryParams)];
  return [
    ...Object.values(uri),
    ...valued.map(([name, value]) => `${name}=${Object.values(value).join("")}`),
    ...(methods.length > 0 ? [methods.join("|")] : []),
  ].join(" ");
}

function matches({ uri, headers, queryParams }: RouteMatch): HttpMatch[] {
  const paths = "prefix" in uri ? below(uri.prefix) : [{ uri: { ...uri } }];
  return paths.map((path) => ({
    ...path,
    ...(Object.keys(headers).length > 0 && { headers: { ...headers } }),
    ...(Object.keys(queryParams).length > 0 && { queryParams: { ...queryParams } }),
  }));
}

function rewriteOf(uri: RouteMatch["uri"], rewrite: string): HttpRoute["rewrite"] {
  return "prefix" in uri ? replacing(uri.prefix, rewrite) : { uri: rewrite };
}

export function redirect({ prefix, authority, uri, redirectCode }: GatewayRedirect): HttpRoute {
  return {
    name: prefix,
    match: below(prefix),
    redirect: {
      ...(authority !== undefined && { authority }),
      ...(uri !== undefined && { uri }),
      redirectCode,
    },
  };
}

/** Paths that another catalog's VirtualService routes. */
export function delegation({ match, delegate }: GatewayDelegate): HttpRoute {
  return { name: routeName(match), match: matches(match), delegate: { ...delegate } };
}

/** The gateway's own response. */
export function directResponse({ match, status, body, headers }: GatewayDirectResponse): HttpRoute {
  return {
    name: routeName(match),
    match: matches(match),
    ...(headers && { headers: structuredClone(headers) as HttpRoute["headers"] }),
    directResponse: { status, ...(body && { body: { ...body } }) },
  };
}

/**
 * Redirects plain HTTP to HTTPS as the last route of port 80. istiod puts a route for every path behind the more
 * specific ones of other objects, such as those of a challenge.
 */
export const httpsRedirect: HttpRoute = {
  name: "https",
  match: [{ port: 80, uri: { prefix: "/" } }],
  redirect: { scheme: "https", redirectCode: 301 },
};

export function corsPolicy(cors: Cors): HttpRoute["corsPolicy"] {
  const { allowOrigins, allowMethods, allowHeaders, exposeHeaders, maxAge, allowCredentials } = cors;
  return {
    allowOrigins: allowOrigins.map((one) => ({ ...one })),
    allowMethods: [...allowMethods],
    ...(allowHeaders.length > 0 && { allowHeaders: [...allowHeaders] }),
    ...(exposeHeaders.length > 0 && { exposeHeaders: [...exposeHeaders] }),
    ...(maxAge !== undefined && { maxAge: formatDuration(maxAge) }),
    allowCredentials,
    // For other origins Envoy responds without permission, instead of forwarding the preflight request to the service.
    unmatchedPreflights: "IGNORE",
  };
}

/** A plain prefix `/api` would also match `/apix`. */
function below(prefix: string): HttpMatch[] {
  const bare = prefix.replace(/\/$/, "");
  return bare === ""
    ? [{ uri: { prefix: "/" } }]
    : [{ uri: { exact: bare } }, { uri: { prefix: `${bare}/` } }];
}

/**
 * A plain rewrite of the prefix `/api` to `/` would turn `/api/x` into `//x`. With `/v1`, `/api` gets no trailing
 * slash.
 */
function replacing(prefix: string, rewrite: string): HttpRoute["rewrite"] {
  const from = prefix.replace(/\/$/, "").replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const to = rewrite.replace(/\/$/, "");
  const uriRegexRewrite =
    to === ""
      ? { match: `^${from}/?(.*)$`, rewrite: "/\\1" }
      : { match: `^${from}(/.*)?$`, rewrite: `${to}\\1` };
  return { uriRegexRewrite };
}
