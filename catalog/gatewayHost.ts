import { z } from "zod";
import { type Cors, type CorsDefinition, corsSchema, normalizeCors } from "./cors";
import type { Source, Target } from "./edge";
import { type ExtAuthz, type ExtAuthzDefinition, extAuthzSchema, normalizeExtAuthz } from "./extAuthz";
import {
  type GatewayDelegate,
  type GatewayDelegateDefinition,
  gatewayDelegateSchema,
  normalizeGatewayDelegate,
} from "./gatewayDelegate";
import {
  directResponseSchema,
  type GatewayDirectResponse,
  type GatewayDirectResponseDefinition,
  normalizeDirectResponse,
} from "./gatewayDirectResponse";
import {
  type GatewayRedirect,
  type GatewayRedirectDefinition,
  normalizeRedirect,
  redirectSchema,
} from "./gatewayRedirect";
import { type GatewayRoute, type GatewayRouteDefinition, normalizeRoute, routeSchema } from "./gatewayRoute";
import { type GatewayTls, gatewayTlsSchema, normalizeGatewayTls, type TlsDefinition } from "./gatewayTls";
import { formatPath } from "./path";
import { isHttp } from "./port";
import { moreSpecificFirst } from "./routeMatch";
import type { Shape } from "./shape";

/** One host of a gateway. If the gateway terminates TLS, it redirects plaintext HTTP requests to HTTPS. */
export interface GatewayHostDefinition {
  readonly tls: TlsDefinition;
  /**
   * Port of the gateway that serves the host. With a port, the host may route TCP connections instead of HTTP requests.
   * It then has one route, to a port without HTTP, such as `{ service: "broker" }`. Clients must send the host as SNI.
   * The gateway's Service must have the port; the program that `deploy` returns adds it. Default: 443, or 80 with the
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
  /**
   * Responses of the gateway itself. The most specific one of routes, redirects and direct responses applies. Default: none.
   */
  readonly directResponses?: readonly GatewayDirectResponseDefinition[];
  /** Paths whose routes other catalogs declare. Default: none; all routes of the host are this catalog's. */
  readonly delegates?: readonly GatewayDelegateDefinition[];
  /**
   * Whether cert-manager proves the ownership of the host by ACME HTTP-01. The redirect of plain HTTP to HTTPS is then
   * a route, which has a lower priority than the Ingress of the challenge. A setting of the Gateway would redirect the
   * challenge, too. Requires TLS on port 443. Default: false.
   *
   * @see https://cert-manager.io/docs/configuration/acme/http01/
   */
  readonly acmeHttp01?: boolean;
  /** CORS policy: the origins whose pages may send requests to this host. Default: none. */
  readonly cors?: CorsDefinition;
  /**
   * External authorization of requests to the host, at the gateway. The paths are those that the client sends.
   * Default: none.
   */
  readonly extAuthz?: ExtAuthzDefinition;
}

/** What a host does with requests. Only routes have an edge. */
export type HostRoute = GatewayRoute | GatewayRedirect | GatewayDirectResponse | GatewayDelegate;

/** A host of a gateway with its defaults resolved. */
export interface GatewayHost {
  readonly host: string;
  /** Of its VirtualService: the host; where two gateways serve it, at another one than `istio-ingress` with its name. */
  readonly name: string;
  readonly tls: GatewayTls;
  readonly port: number;
  /** Whether the host routes HTTP requests or TCP connections, which have one route. */
  readonly traffic: "requests" | "connections";
  /** Routes, redirects and direct responses, the most specific one first. */
  readonly routes: readonly HostRoute[];
  readonly acmeHttp01: boolean;
  readonly cors?: Cors;
  readonly extAuthz?: ExtAuthz;
  readonly path: string;
}

export const gatewayHostSchema: z.ZodType<GatewayHostDefinition> = z
  .strictObject({
    tls: gatewayTlsSchema,
    port: z.int().min(1).max(65_535).optional(),
    routes: z.array(routeSchema),
    redirects: z.array(redirectSchema).min(1).optional(),
    directResponses: z.array(directResponseSchema).min(1).optional(),
    delegates: z.array(gatewayDelegateSchema).min(1).optional(),
    acmeHttp01: z.boolean().optional(),
    cors: corsSchema.optional(),
    extAuthz: extAuthzSchema.optional(),
  } satisfies Shape<GatewayHostDefinition>)
  .refine(
    ({ routes, redirects, directResponses, delegates }) =>
      routes.length > 0 || (redirects ?? directResponses ?? delegates) !== undefined,
    {
      params: { fix: "add at least one route, redirect, direct response or delegate" },
    },
  )
  .meta({
    anyOf: [
      { properties: { routes: { minItems: 1 } } },
      { required: ["redirects"] },
      { required: ["directResponses"] },
      { required: ["delegates"] },
    ],
  });

/**
 * Resolves the defaults of a host. `name` is the name of its VirtualService.
 *
 * @param source the gateway. @param path of the host in the catalog.
 */
export function normalizeGatewayHost(
  host: string,
  name: string,
  definition: GatewayHostDefinition,
  source: Source,
  path: readonly string[],
  find: (service: string) => Target,
): GatewayHost {
  const { tls, port, routes, redirects = [], directResponses = [], cors, extAuthz } = definition;
  const { delegates = [] } = definition;
  const patterns = [...routes, ...redirects, ...directResponses, ...delegates];
  const all = patterns.toSorted(moreSpecificFirst).map((one): HostRoute => {
    if ("delegate" in one) return normalizeGatewayDelegate(one, patterns);
    if ("status" in one) return normalizeDirectResponse(one, patterns);
    if (!("service" in one)) return normalizeRedirect(one, patterns);
    const place = formatPath([...path, "routes", routes.indexOf(one)]);
    return normalizeRoute(one, patterns, source, place, find);
  });
  return {
    host,
    name,
    tls: normalizeGatewayTls(tls),
    port: port ?? (tls.mode === "DISABLE" ? 80 : 443),
    traffic: all.some(({ edge }) => edge && !isHttp(edge.port.protocol)) ? "connections" : "requests",
    ...(cors && { cors: normalizeCors(cors) }),
    ...(extAuthz && { extAuthz: normalizeExtAuthz(extAuthz, [], path) }),
    routes: all,
    acmeHttp01: definition.acmeHttp01 ?? false,
    path: formatPath(path),
  };
}
