import { z } from "zod";
import { callFields, type CallDefinition } from "./call";
import { type Cors, type CorsDefinition, corsSchema, normalizeCors } from "./cors";
import { type Edge, normalizeEdge, type Source, type Target } from "./edge";
import { type GatewayTls, gatewayTlsSchema, normalizeGatewayTls, type TlsDefinition } from "./gatewayTls";
import { formatPath } from "./path";
import { isHttp } from "./port";
import {
  absolutePath,
  moreSpecificFirst,
  normalizeRouteMatch,
  type RouteMatch,
  type RouteMatchDefinition,
  routeMatchSchema,
} from "./routeMatch";
import type { Shape } from "./shape";

/** One host of a gateway. If the gateway terminates TLS, it redirects plaintext HTTP requests to HTTPS. */
export interface GatewayHostDefinition {
  readonly tls: TlsDefinition;
  /**
   * Port of the gateway that serves the host. With a port, the host may route TCP connections instead of HTTP requests: it
   * then has one route, to a port without HTTP, such as `{ prefix: "/", service: "broker" }`. Clients must send the host as
   * SNI. The gateway's Service must have the port; the program that `deploy` returns adds it. Default: 443, or 80 with the
   * TLS mode `DISABLE`.
   *
   * @see https://istio.io/latest/docs/reference/config/networking/gateway/#Port
   */
  readonly port?: number;
  /**
   * Routes of the host. The most specific one that matches applies, regardless of their order: an exact path, then a
   * regular expression, then a prefix; the longer one first. Of routes with the same path, the one with more headers,
   * then with more query parameters, then with methods applies.
   */
  readonly routes: readonly GatewayRouteDefinition[];
  /** Redirects of the host. The longest matching prefix of routes and redirects applies. Default: none. */
  readonly redirects?: readonly GatewayRedirectDefinition[];
  /** CORS policy: the origins whose pages may send requests to this host. Default: none. */
  readonly cors?: CorsDefinition;
}

/**
 * A redirect: the gateway answers requests below a path with another address. No service receives them.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRedirect
 */
export interface GatewayRedirectDefinition {
  /** Path that the request's path equals or lies below, as in a route. */
  readonly prefix: `/${string}`;
  /** Host of the new address. Default: the host of the request. */
  readonly authority?: string;
  /** Path of the new address. Default: the path of the request. */
  readonly uri?: `/${string}`;
  /** HTTP status of the redirect. Only 307 and 308 preserve the method of a POST. Default: 301. */
  readonly redirectCode?: RedirectCode;
}

export type RedirectCode = (typeof redirectCodes)[number];

const redirectCodes = [301, 302, 303, 307, 308] as const;

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
  /** Name of the service. */
  readonly service: string;
}

/** A host of a gateway with its defaults resolved. */
export interface GatewayHost {
  readonly host: string;
  /** Of its VirtualService: the host; where two gateways serve it, at another one than `istio-ingress` with its name. */
  readonly name: string;
  readonly tls: GatewayTls;
  readonly port: number;
  /** Whether the host routes HTTP requests or TCP connections, which have one route. */
  readonly traffic: "requests" | "connections";
  /** Routes and redirects, the most specific one first. */
  readonly routes: readonly (GatewayRoute | GatewayRedirect)[];
  readonly cors?: Cors;
  readonly path: string;
}

/** A route of a host, with its edge of the call graph. */
export interface GatewayRoute {
  readonly match: RouteMatch;
  readonly rewrite?: string;
  readonly edge: Edge;
}

/** A redirect of a host. It has no edge. */
export interface GatewayRedirect extends GatewayRedirectDefinition {
  readonly redirectCode: RedirectCode;
  readonly edge?: undefined;
}

const routeSchema: z.ZodType<GatewayRouteDefinition> = z
  .strictObject({
    ...callFields,
    prefix: absolutePath.optional(),
    match: routeMatchSchema.optional(),
    rewrite: absolutePath.optional(),
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

const redirectSchema: z.ZodType<GatewayRedirectDefinition> = z
  .strictObject({
    prefix: absolutePath,
    authority: z.string().min(1).optional(),
    uri: absolutePath.optional(),
    redirectCode: z.literal(redirectCodes).optional(),
  } satisfies Shape<GatewayRedirectDefinition>)
  .refine(({ authority, uri }) => authority !== undefined || uri !== undefined, {
    params: { fix: 'set "authority", "uri" or both: a redirect to the same address would never end' },
  })
  .meta({ anyOf: [{ required: ["authority"] }, { required: ["uri"] }] });

export const gatewayHostSchema: z.ZodType<GatewayHostDefinition> = z
  .strictObject({
    tls: gatewayTlsSchema,
    port: z.int().min(1).max(65_535).optional(),
    routes: z.array(routeSchema),
    redirects: z.array(redirectSchema).min(1).optional(),
    cors: corsSchema.optional(),
  } satisfies Shape<GatewayHostDefinition>)
  .refine(({ routes, redirects }) => routes.length > 0 || redirects !== undefined, {
    params: { fix: "add at least one route or redirect" },
  })
  .meta({ anyOf: [{ properties: { routes: { minItems: 1 } } }, { required: ["redirects"] }] });

/**
 * Resolves the defaults of a host. `name` is the name of its VirtualService.
 *
 * @param source the gateway. @param path of the host in the catalog.
 */
export function normalizeGatewayHost(
  host: string,
  name: string,
  { tls, port, routes, redirects = [], cors }: GatewayHostDefinition,
  source: Source,
  path: readonly string[],
  find: (service: string) => Target,
): GatewayHost {
  const all = [...routes, ...redirects].sort(moreSpecificFirst).map((one): GatewayRoute | GatewayRedirect => {
    if (!("service" in one)) return { redirectCode: 301, ...one };
    const { prefix, match, rewrite, service, ...given } = one;
    const exact = match?.uri && "exact" in match.uri ? [rewrite ?? match.uri.exact] : undefined;
    const call = { ...(exact && { paths: exact }), ...given };
    const edge = normalizeEdge(
      source,
      call,
      find(service),
      formatPath([...path, "routes", routes.indexOf(one)]),
    );
    return {
      match: normalizeRouteMatch({ ...given, ...(prefix && { prefix }), ...(match && { match }) }, [
        ...routes,
        ...redirects,
      ]),
      ...(rewrite !== undefined && { rewrite }),
      edge,
    };
  });
  return {
    host,
    name,
    tls: normalizeGatewayTls(tls),
    port: port ?? (tls.mode === "DISABLE" ? 80 : 443),
    traffic: all.some(({ edge }) => edge && !isHttp(edge.port.protocol)) ? "connections" : "requests",
    ...(cors && { cors: normalizeCors(cors) }),
    routes: all,
    path: formatPath(path),
  };
}
