import { z } from "zod";
import { callFields, type CallDefinition, dryRunSchema } from "./call";
import { addressBlocksSchema, type ClientAddresses, normalizeClients } from "./clientAddresses";
import { type Edge, normalizeEdge, type Source, type Target } from "./edge";
import { type Headers, type HeadersDefinition, headersSchema } from "./headers";
import {
  absolutePath,
  normalizeRouteMatch,
  type RouteMatch,
  type RouteMatchDefinition,
  routeMatchSchema,
  type RoutePattern,
} from "./routeMatch";
import type { Shape } from "./shape";

/**
 * A route: requests below a path, or with `match`, are sent to a service. It is also an edge of the call graph. The
 * service's AuthorizationPolicy admits its `methods`, `paths` and `endUser` from the gateway, with paths as they are
 * after the rewrite. If routes to one port of a service differ in methods or end users, the default of `paths` is the
 * paths below the prefix. Routes of a host may have the same path and different `methods`. Each then matches its own
 * methods only, and one without methods matches all others.
 */
export interface GatewayRouteDefinition extends Omit<CallDefinition, "asynchronous"> {
  /**
   * Path that the request's path equals or lies below: `/api` matches `/api` and `/api/x`, not `/apix`. It can't be
   * combined with `match.uri`. Default: `/`, which all paths and TCP connections match.
   */
  readonly prefix?: `/${string}`;
  /**
   * Further conditions: headers, query parameters, and with `uri` an exact path or a regular expression instead of
   * `prefix`. With an exact path, `paths` defaults to that path. With a regular expression, `paths` is required, because
   * an AuthorizationPolicy can't have the expression. Default: none.
   */
  readonly match?: RouteMatchDefinition;
  /**
   * Path that replaces `prefix` or the exact path: `/` rewrites `/api/x` to `/x` below `/api`. It can't be combined with
   * a regular expression. Default: no rewrite.
   */
  readonly rewrite?: `/${string}`;
  /**
   * Changes of headers: of requests before the service receives them, and of its responses before the client does.
   * Default: none.
   */
  readonly headers?: HeadersDefinition;
  /**
   * Addresses and address blocks of the clients that may use the route, such as `["203.0.113.0/24"]`. The gateway
   * answers others with 403. The gateway determines the address. By default, it is the source address of the
   * connection. With `numTrustedProxies` or the PROXY protocol, it is the address of the client in front of the load
   * balancers. Default: all clients.
   *
   * @see https://istio.io/latest/docs/tasks/security/authorization/authz-ingress/
   */
  readonly ipBlocks?: readonly string[];
  /** Addresses and address blocks of the clients that may not use the route. Default: none. */
  readonly notIpBlocks?: readonly string[];
  /** Name of the service. */
  readonly service: string;
  /**
   * Further services that receive a share of the route's requests, such as a new service that replaces an old one step by
   * step. `service` receives the rest. Each of them admits the same requests from the gateway. If the route has no
   * `timeout`, the longest one of the services applies; the retries are those of `service`. Default: none.
   *
   * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRouteDestination
   */
  readonly destinations?: readonly RouteDestinationDefinition[];
}

/** A further service of a route, with its share of the requests. */
export interface RouteDestinationDefinition {
  /** Name of the service. */
  readonly service: string;
  /** Name of a port of the service. Default: its only port. Required if it has several. */
  readonly port?: string;
  /** Percentage of the requests, 0–100. With 0 the service is admitted, and receives no request yet. */
  readonly weight: number;
}

/** A route of a host, with its edge of the call graph. */
export interface GatewayRoute {
  readonly match: RouteMatch;
  readonly rewrite?: string;
  readonly headers?: Headers;
  readonly clients?: ClientAddresses;
  /** The edge to `service`. */
  readonly edge: Edge;
  /** Further services. Empty: `service` receives every request. */
  readonly destinations: readonly RouteDestination[];
}

/** A further service of a route, with the edge to it. */
export interface RouteDestination {
  readonly weight: number;
  readonly edge: Edge;
}

const destinationSchema = z.strictObject({
  service: z.string(),
  port: z.string().optional(),
  weight: z.int().min(0).max(100),
} satisfies Shape<RouteDestinationDefinition>);

export const routeSchema: z.ZodType<GatewayRouteDefinition> = z
  .strictObject({
    ...callFields,
    dryRun: dryRunSchema,
    prefix: absolutePath.optional(),
    match: routeMatchSchema.optional(),
    rewrite: absolutePath.optional(),
    headers: headersSchema.optional(),
    ipBlocks: addressBlocksSchema.optional(),
    notIpBlocks: addressBlocksSchema.optional(),
    service: z.string(),
    destinations: z.array(destinationSchema).min(1).optional(),
  } satisfies Shape<GatewayRouteDefinition>)
  .superRefine(({ prefix, match, paths, rewrite }, context) => {
    const refuse = (field: string, fix: string): void => {
      context.addIssue({ code: "custom", path: [field], params: { fix } });
    };
    const uri = match?.uri;
    if (prefix !== undefined && uri !== undefined) refuse("prefix", 'remove "prefix" or "match.uri"');
    if (uri === undefined || "exact" in uri) return;
    if (paths === undefined) {
      refuse("paths", 'list the paths that the expression matches, such as ["/users/*"]');
    }
    if (rewrite !== undefined) refuse("rewrite", 'remove it, or route by "prefix" or "match.uri.exact"');
  })
  .meta({
    not: { required: ["prefix", "match"], properties: { match: { required: ["uri"] } } },
    if: {
      required: ["match"],
      properties: { match: { required: ["uri"], properties: { uri: { required: ["regex"] } } } },
    },
    then: { required: ["paths"], not: { required: ["rewrite"] } },
  });

/**
 * Resolves the defaults of a route.
 *
 * @param source the gateway. @param path of the route in the catalog.
 * @param all the routes and redirects of its host, itself included.
 */
export function normalizeRoute(
  definition: GatewayRouteDefinition,
  all: readonly RoutePattern[],
  source: Source,
  path: string,
  find: (service: string) => Target,
): GatewayRoute {
  const { prefix, match, rewrite, headers, ipBlocks, notIpBlocks, service, destinations, ...given } =
    definition;
  const clients = normalizeClients({ ipBlocks, notIpBlocks });
  const exact = match?.uri && "exact" in match.uri ? [rewrite ?? match.uri.exact] : undefined;
  const { port, ...call } = { ...(exact && { paths: exact }), ...given };
  const edgeTo = (callee: string, named?: string): Edge =>
    normalizeEdge(source, { ...call, ...(named !== undefined && { port: named }) }, find(callee), path);
  return {
    match: normalizeRouteMatch({ ...given, ...(prefix && { prefix }), ...(match && { match }) }, all),
    ...(rewrite !== undefined && { rewrite }),
    ...(headers && { headers }),
    ...(clients && { clients }),
    edge: edgeTo(service, port),
    destinations: (destinations ?? []).map((one) => ({
      weight: one.weight,
      edge: edgeTo(one.service, one.port),
    })),
  };
}
