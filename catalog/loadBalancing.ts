import { z } from "zod";
import { type Duration, durationOrZeroSchema } from "./duration";
import type { Shape } from "./shape";
import { textOf, typedTextOf } from "./text";

/**
 * How a caller's proxy chooses an endpoint of a service. It is rendered to the DestinationRule.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#LoadBalancerSettings
 */
export interface LoadBalancingDefinition {
  /**
   * Load balancing algorithm. `PASSTHROUGH` forwards a connection to the address that the client resolved.
   * Default: LEAST_REQUEST, as in Istio, unless `consistentHash` is set.
   */
  readonly simple?: LoadBalancer;
  /**
   * Session affinity: requests with the same key are sent to the same endpoint. It replaces `simple`. HTTP only, except
   * for `useSourceIp`. Default: none.
   */
  readonly consistentHash?: ConsistentHash;
  /**
   * Locality-aware load balancing, which prefers endpoints near the caller. Default: off. All endpoints receive
   * requests, regardless of their zone. This also turns off the preference for the caller's zone that Istio's outlier
   * detection, or the Service's `trafficDistribution`, turns on.
   */
  readonly locality?: LocalityDefinition;
}

/** @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#LoadBalancerSettings-SimpleLB */
export type LoadBalancer = (typeof loadBalancers)[number];

/** The supported load balancing algorithms. */
export const loadBalancers = ["LEAST_REQUEST", "ROUND_ROBIN", "RANDOM", "PASSTHROUGH"] as const;

/**
 * The key of session affinity. A session moves when endpoints are added or removed, so an endpoint must not hold state
 * that can't be lost.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#LoadBalancerSettings-ConsistentHashLB
 */
export type ConsistentHash =
  | {
      /**
       * Name of a header. Requests with the same value are sent to the same endpoint. A client that sets the header chooses
       * the endpoint.
       */
      readonly httpHeaderName: string;
    }
  | {
      /** Name of a query parameter. Requests with the same value are sent to the same endpoint. */
      readonly httpQueryParameterName: string;
    }
  | { readonly httpCookie: HttpCookie }
  | {
      /** Uses the source IP address: inside the mesh the caller's pod, not the end user. */
      readonly useSourceIp: true;
    };

/** A cookie. The proxy sets it in the response to a request without it. */
export interface HttpCookie {
  readonly name: string;
  /** Path of the cookie. Default: none, as in Envoy. */
  readonly path?: `/${string}`;
  /** Lifetime of the cookie. `0s` makes a session cookie, which the browser deletes when it is closed. */
  readonly ttl: Duration;
}

/**
 * Locality preferences. Set either `failover` or `failoverPriority`.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#LocalityLoadBalancerSetting
 */
export interface LocalityDefinition {
  /**
   * The region to which requests fail over, for each region without healthy endpoints. Default: none;
   * `failoverPriority` is required then.
   */
  readonly failover?: readonly LocalityFailover[];
  /**
   * Pod labels, most important first. Endpoints that match more of the caller's labels, from the first one on, are
   * preferred. `topology.kubernetes.io/region` and `…/zone` are the labels of the nodes. `key=value` matches that value
   * instead of the caller's. Default: none; `failover` is required then.
   */
  readonly failoverPriority?: readonly string[];
}

export interface LocalityFailover {
  /** A region: a value of the nodes' label `topology.kubernetes.io/region`. */
  readonly from: string;
  readonly to: string;
}

/** Load balancing with its defaults resolved. It has either `simple` or `consistentHash`. */
export interface LoadBalancing {
  readonly simple?: LoadBalancer;
  readonly consistentHash?: ConsistentHash;
  readonly locality?: LocalityDefinition;
}

const region = textOf(/^[^/*]+$/, 'write the name of a region, without zone or wildcard, such as "us-west"');

const labelAndValue = textOf(
  /^([a-z0-9.-]+\/)?[A-Za-z0-9]([\w.-]*[A-Za-z0-9])?(=[\w.-]*)?$/,
  'write the key of a label, or key=value, such as "topology.kubernetes.io/region"',
);

/** Whether exactly one field of an object is set. */
const hasOne = (value: object): boolean =>
  Object.values(value).filter((field) => field !== undefined).length === 1;
const oneProperty = { minProperties: 1, maxProperties: 1 };

const consistentHashSchema = z
  .strictObject({
    httpHeaderName: z.string().min(1).optional(),
    httpQueryParameterName: z.string().min(1).optional(),
    httpCookie: z
      .strictObject({
        name: z.string().min(1),
        path: typedTextOf<`/${string}`>(/^\//, 'write an absolute path, such as "/"').optional(),
        ttl: durationOrZeroSchema,
      } satisfies Shape<HttpCookie>)
      .optional(),
    useSourceIp: z.literal(true).optional(),
  } satisfies Shape<ConsistentHash>)
  .refine(hasOne, {
    params: { fix: "set exactly one of httpHeaderName, httpQueryParameterName, httpCookie, useSourceIp" },
  })
  .meta(oneProperty) as z.ZodType<ConsistentHash>;

export const loadBalancingSchema: z.ZodType<LoadBalancingDefinition> = z
  .strictObject({
    simple: z.enum(loadBalancers).optional(),
    consistentHash: consistentHashSchema.optional(),
    locality: z
      .strictObject({
        failover: z
          .array(z.strictObject({ from: region, to: region } satisfies Shape<LocalityFailover>))
          .min(1)
          .optional(),
        failoverPriority: z.array(labelAndValue).min(1).optional(),
      } satisfies Shape<LocalityDefinition>)
      .refine(hasOne, { params: { fix: "set exactly one of failover, failoverPriority" } })
      .meta(oneProperty)
      .optional(),
  } satisfies Shape<LoadBalancingDefinition>)
  .refine(({ simple, consistentHash }) => simple === undefined || consistentHash === undefined, {
    params: { fix: "set exactly one of simple, consistentHash" },
  })
  .meta({ not: { required: ["simple", "consistentHash"] } });

export function normalizeLoadBalancing(definition: LoadBalancingDefinition = {}): LoadBalancing {
  return definition.consistentHash ? definition : { simple: "LEAST_REQUEST", ...definition };
}
