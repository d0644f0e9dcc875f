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

/** One host of a gateway. If the gateway terminates TLS, it redirects plain HTTP to HTTPS. */
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
  /** The longest matching prefix wins, in whatever order they are written. */
  readonly routes: readonly GatewayRouteDefinition[];
  /** Requests that are answered with another address. With the routes: the longest prefix wins. Default: none. */
  readonly redirects?: readonly GatewayRedirectDefinition[];
  /** Which pages of other hosts may call this one from a browser. Default: none. */
  readonly cors?: CorsDefinition;
}

/**
 * Requests below a path that are sent elsewhere by an answer of the gateway; no service sees them.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRedirect
 */
export interface GatewayRedirectDefinition {
  /** As of a route. */
  readonly prefix: `/${string}`;
  /** Host of the new address. Default: the same. */
  readonly authority?: string;
  /** Path that takes the place of the whole old one. Default: the same path. */
  readonly uri?: `/${string}`;
  /** Default: 301. Only 307 and 308 keep a POST a POST. */
  readonly redirectCode?: RedirectCode;
}

export type RedirectCode = (typeof redirectCodes)[number];

const redirectCodes = [301, 302, 303, 307, 308] as const;

/**
 * Requests below a path, sent to a service. It is an edge as well: `methods`, `paths` and `endUser` are what
 * the service's AuthorizationPolicy admits from the gateway, with paths as they are after the rewrite. Where routes to
 * one port of a service differ in methods or end users, `paths` are by default those below the prefix, without those of
 * narrower routes.
 */
export interface GatewayRouteDefinition extends Omit<CallDefinition, "asynchronous"> {
  /** Path that the request's path equals or lies below: `/api` matches `/api` and `/api/x`, not `/apix`. */
  readonly prefix: `/${string}`;
  /** Path that takes the place of `prefix`: `/` turns `/api/x` into `/x`. Default: no rewrite. */
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
  /** Longest prefix first. */
  readonly routes: readonly (GatewayRoute | GatewayRedirect)[];
  readonly cors?: Cors;
  readonly path: string;
}

/** A route of a host, with the edge that it is. */
export interface GatewayRoute {
  readonly prefix: string;
  readonly rewrite?: string;
  readonly edge: Edge;
}

/** Sorted among the routes; it has no edge. */
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
    params: { fix: "give authority, uri or both: to the same address it would never end" },
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
    params: { fix: "give it at least one route or redirect" },
  })
  .meta({ anyOf: [{ properties: { routes: { minItems: 1 } } }, { required: ["redirects"] }] });

/**
 * Resolves the defaults of a host; `name` is its VirtualService's.
 *
 * @param source the gateway. @param path where the catalog declares the host.
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
