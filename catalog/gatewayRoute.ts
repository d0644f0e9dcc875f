import { z } from "zod";
import { callFields, type CallDefinition } from "./call";
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
 * A route: requests below a path, or with `match`, are sent to a service. It is also an edge of the call graph: the service's
 * AuthorizationPolicy admits its `methods`, `paths` and `endUser` from the gateway, with paths as they are after the
 * rewrite. If routes to one port of a service differ in methods or end users, the default of `paths` is the paths below
 * the prefix. Routes of a host may have the same path and different `methods`: each then matches its own methods only,
 * and one without methods matches all others.
 */
export interface GatewayRouteDefinition extends Omit<CallDefinition, "asynchronous"> {
  /**
   * Path that the request's path equals or lies below: `/api` matches `/api` and `/api/x`, not `/apix`. Default: none;
   * the route then requires `match.uri`.
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
   * Addresses and address blocks of the clients that may use the route, such as `["203.0.113.0/24"]`. The gateway answers
   * others with 403. The address is the one that the gateway determines: of the connection, or with `numTrustedProxies` or
   * the PROXY protocol of the client in front of the load balancers. Default: all clients.
   *
   * @see https://istio.io/latest/docs/tasks/security/authorization/authz-ingress/
   */
  readonly ipBlocks?: readonly string[];
  /** Addresses and address blocks of the clients that may not use the route. Default: none. */
  readonly notIpBlocks?: readonly string[];
  /** Name of the service. */
  readonly service: string;
}

/** A route of a host, with its edge of the call graph. */
export interface GatewayRoute {
  readonly match: RouteMatch;
  readonly rewrite?: string;
  readonly headers?: Headers;
  readonly clients?: ClientAddresses;
  readonly edge: Edge;
}

export const routeSchema: z.ZodType<GatewayRouteDefinition> = z
  .strictObject({
    ...callFields,
    prefix: absolutePath.optional(),
    match: routeMatchSchema.optional(),
    rewrite: absolutePath.optional(),
    headers: headersSchema.optional(),
    ipBlocks: addressBlocksSchema.optional(),
    notIpBlocks: addressBlocksSchema.optional(),
    service: z.string(),
  } satisfies Shape<GatewayRouteDefinition>)
  .superRefine(({ prefix, match, paths, rewrite }, context) => {
    const refuse = (field: string, fix: string): void => {
      context.addIssue({ code: "custom", path: [field], params: { fix } });
    };
    const uri = match?.uri;
    if (prefix === undefined && uri === undefined) refuse("prefix", 'set "prefix" or "match.uri"');
    if (prefix !== undefined && uri !== undefined) refuse("prefix", 'remove "prefix" or "match.uri"');
    if (uri === undefined || "exact" in uri) return;
    if (paths === undefined) {
      refuse("paths", 'list the paths that the expression matches, such as ["/users/*"]');
    }
    if (rewrite !== undefined) refuse("rewrite", 'remove it, or route by "prefix" or "match.uri.exact"');
  })
  .meta({
    oneOf: [
      { required: ["prefix"], properties: { match: { not: { required: ["uri"] } } } },
      { required: ["match"], not: { required: ["prefix"] }, properties: { match: { required: ["uri"] } } },
    ],
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
  {
    prefix,
    match,
    rewrite,
    headers,
    ipBlocks = [],
    notIpBlocks = [],
    service,
    ...given
  }: GatewayRouteDefinition,
  all: readonly RoutePattern[],
  source: Source,
  path: string,
  find: (service: string) => Target,
): GatewayRoute {
  const clients = normalizeClients({ ipBlocks, notIpBlocks });
  const exact = match?.uri && "exact" in match.uri ? [rewrite ?? match.uri.exact] : undefined;
  const call = { ...(exact && { paths: exact }), ...given };
  return {
    match: normalizeRouteMatch({ ...given, ...(prefix && { prefix }), ...(match && { match }) }, all),
    ...(rewrite !== undefined && { rewrite }),
    ...(headers && { headers }),
    ...(clients && { clients }),
    edge: normalizeEdge(source, call, find(service), path),
  };
}
