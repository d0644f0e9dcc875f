import { z } from "zod";
import { absolutePath, normalizeRouteMatch, type RouteMatch, type RoutePattern } from "./routeMatch";
import type { Shape } from "./shape";

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

/** A redirect of a host. It has no edge. */
export interface GatewayRedirect extends GatewayRedirectDefinition {
  readonly redirectCode: RedirectCode;
  readonly match: RouteMatch;
  readonly edge?: undefined;
}

export const redirectSchema: z.ZodType<GatewayRedirectDefinition> = z
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

/**
 * Resolves the defaults of a redirect.
 *
 * @param all the routes, redirects and direct responses of its host, itself included.
 */
export function normalizeRedirect(
  definition: GatewayRedirectDefinition,
  all: readonly RoutePattern[],
): GatewayRedirect {
  return { redirectCode: 301, ...definition, match: normalizeRouteMatch({ prefix: definition.prefix }, all) };
}
