import { z } from "zod";
import { absolutePath, normalizeRouteMatch, type RouteMatch, type RoutePattern } from "./routeMatch";
import type { Shape } from "./shape";
import { dnsLabel } from "./text";

/**
 * Paths of a host whose routes another catalog declares, under `delegates`. The gateway's order stays the host's: the longest
 * prefix of all its routes applies. Paths that the delegate has no route for go to the next shorter prefix.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#Delegate
 */
export interface GatewayDelegateDefinition {
  /** Path that the request's path equals or lies below, as in a route. */
  readonly prefix: `/${string}`;
  /** The VirtualService with the routes. */
  readonly delegate: DelegateReference;
}

/** A delegate VirtualService. */
export interface DelegateReference {
  /** Its name: the key under `delegates` of the other catalog. */
  readonly name: string;
  /** Its namespace: that of the other catalog. */
  readonly namespace: string;
}

/** Delegated paths of a host. They have no edge: their routes are another catalog's. */
export interface GatewayDelegate extends GatewayDelegateDefinition {
  readonly match: RouteMatch;
  readonly edge?: undefined;
}

export const gatewayDelegateSchema: z.ZodType<GatewayDelegateDefinition> = z.strictObject({
  prefix: absolutePath,
  delegate: z.strictObject({
    name: dnsLabel,
    namespace: dnsLabel,
  } satisfies Shape<DelegateReference>),
} satisfies Shape<GatewayDelegateDefinition>);

/** Resolves the conditions of delegated paths. @param all the routes of the host, and all else beside them. */
export function normalizeGatewayDelegate(
  definition: GatewayDelegateDefinition,
  all: readonly RoutePattern[],
): GatewayDelegate {
  return { ...definition, match: normalizeRouteMatch({ prefix: definition.prefix }, all) };
}
