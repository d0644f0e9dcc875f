import { z } from "zod";

/**
 * How a caller's proxy chooses among the endpoints of a service.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#LoadBalancerSettings
 */
export interface LoadBalancingDefinition {
  /** Default: LEAST_REQUEST, as in Istio. `PASSTHROUGH` leaves the choice to whoever resolved the address. */
  readonly simple?: LoadBalancer;
  /** Prefers endpoints near the caller. Default: not. */
  readonly locality?: LocalityDefinition;
}

/** @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#LoadBalancerSettings-SimpleLB */
export type LoadBalancer = (typeof loadBalancers)[number];

export const loadBalancers = ["LEAST_REQUEST", "ROUND_ROBIN", "RANDOM", "PASSTHROUGH"] as const;

/** @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#LocalityLoadBalancerSetting */
export interface LocalityDefinition {
  /** Where the traffic of a region goes when that region has no healthy endpoint left. */
  readonly failover: readonly LocalityFailover[];
}

export interface LocalityFailover {
  /** A region, the value of the nodes' label `topology.kubernetes.io/region`. */
  readonly from: string;
  readonly to: string;
}

/** Load balancing with its defaults resolved. */
export interface LoadBalancing {
  readonly simple: LoadBalancer;
  readonly locality?: LocalityDefinition;
}

const region = z.string().regex(/^[^/*]+$/);

export const loadBalancingSchema: z.ZodType<LoadBalancingDefinition> = z.strictObject({
  simple: z.enum(loadBalancers).optional(),
  locality: z
    .strictObject({ failover: z.array(z.strictObject({ from: region, to: region })).min(1) })
    .optional(),
});

export function normalizeLoadBalancing(definition: LoadBalancingDefinition = {}): LoadBalancing {
  return { simple: "LEAST_REQUEST", ...definition };
}
