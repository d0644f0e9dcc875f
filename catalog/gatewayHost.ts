import { z } from "zod";
import { callFields, type CallDefinition } from "./call";
import { type Cors, type CorsDefinition, corsSchema, normalizeCors } from "./cors";
import { type Edge, normalizeEdge, type Source, type Target } from "./edge";
import { type GatewayTls, gatewayTlsSchema, normalizeGatewayTls, type TlsDefinition } from "./gatewayTls";
import { compare } from "./order";
import { formatPath } from "./path";
import { isHttp } from "./port";
import type { Shape } from "./shape";
import { typedTextOf } from "./text";

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
  /** Routes of the host. The longest matching prefix applies, regardless of their order. */
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
 * A route: requests below a path are sent to a service. It is also an edge of the call graph: the service's
 * AuthorizationPolicy admits its `methods`, `paths` and `endUser` from the gateway, with paths as they are after the
 * rewrite. If routes to one port of a service differ in methods or end users, the default of `paths` is the paths below
 * the prefix.
 */
export interface GatewayRouteDefinition extends Omit<CallDefinition, "asynchronous"> {
  /** Path that the request's path equals or lies below: `/api` matches `/api` and `/api/x`, not `/apix`. */
  readonly prefix: `/${string}`;
  /** Path that replaces `prefix`: `/` rewrites `/api/x` to `/x`. Default: no rewrite. */
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
  /** Routes and redirects, longest prefix first. */
  readonly routes: readonly (GatewayRoute | GatewayRedirect)[];
  readonly cors?: Cors;
  readonly path: string;
}

/** A route of a host, with its edge of the call graph. */
export interface GatewayRoute {
  readonly prefix: string;
  readonly rewrite?: string;
  readonly edge: Edge;
}

/** A redirect of a host. It has no edge. */
export interface GatewayRedirect extends GatewayRedirectDefinition {
  readonly redirectCode: RedirectCode;
  readonly edge?: undefined;
}

const absolutePath = typedTextOf<`/${string}`>(
  /^\/[^*?#\s]*$/,
  'write an absolute path without wildcards, such as "/api"',
);

const routeSchema: z.ZodType<GatewayRouteDefinition> = z.strictObject({
  ...callFields,
  prefix: absolutePath,
  rewrite: absolutePath.optional(),
  service: z.string(),
} satisfies Shape<GatewayRouteDefinition>);

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
  const routed = routes.map(({ prefix, rewrite, service, ...call }, i): GatewayRoute => {
    const edge = normalizeEdge(source, call, find(service), formatPath([...path, "routes", i]));
    return { prefix, ...(rewrite !== undefined && { rewrite }), edge };
  });
  return {
    host,
    name,
    tls: normalizeGatewayTls(tls),
    port: port ?? (tls.mode === "DISABLE" ? 80 : 443),
    traffic: routed.some(({ edge }) => !isHttp(edge.port.protocol)) ? "connections" : "requests",
    ...(cors && { cors: normalizeCors(cors) }),
    routes: [
      ...routed,
      ...redirects.map((redirect): GatewayRedirect => ({ redirectCode: 301, ...redirect })),
    ].sort((a, b) => b.prefix.length - a.prefix.length || compare(a.prefix, b.prefix)),
    path: formatPath(path),
  };
}
