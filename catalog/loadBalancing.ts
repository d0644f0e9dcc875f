import { z } from "zod";
import { type Duration, durationOrZeroSchema } from "./duration";
import type { Shape } from "./shape";
import { textOf, typedTextOf } from "./text";

/**
 * How a caller's proxy chooses among the endpoints of a service.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#LoadBalancerSettings
 */
export interface LoadBalancingDefinition {
  /**
   * Default: LEAST_REQUEST, as in Istio, where there is no `consistentHash`. `PASSTHROUGH` leaves the choice to
   * whoever resolved the address.
   */
  readonly simple?: LoadBalancer;
  /** Sends the requests of a session to the same endpoint, instead of `simple`. HTTP only, but for `useSourceIp`. Default: not. */
  readonly consistentHash?: ConsistentHash;
  /**
   * Prefers endpoints near the caller. Default: all endpoints get their share, whatever their zone. This turns off the
   * preference for the caller's zone that Istio's outlier detection, or the Service's `trafficDistribution`, turns on.
   */
  readonly locality?: LocalityDefinition;
}

/** @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#LoadBalancerSettings-SimpleLB */
export type LoadBalancer = (typeof loadBalancers)[number];

/** Ways to choose an endpoint. */
export const loadBalancers = ["LEAST_REQUEST", "ROUND_ROBIN", "RANDOM", "PASSTHROUGH"] as const;

/**
 * What tells sessions apart. A session moves when endpoints come or go, so this is no place to keep state that
 * must not be lost.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#LoadBalancerSettings-ConsistentHashLB
 */
export type ConsistentHash =
  | {
      /** Name of a header: requests with the same value of it go to the same endpoint. */
      readonly httpHeaderName: string;
    }
  | {
      /** Name of a parameter of the URL's query: requests with the same value of it go to the same endpoint. */
      readonly httpQueryParameterName: string;
    }
  | { readonly httpCookie: HttpCookie }
  | {
      /** The caller's own address: inside the mesh that of its pod, not of the end user. */
      readonly useSourceIp: true;
    };

/** A cookie; where a request has none, the proxy sets it in the answer. */
export interface HttpCookie {
  readonly name: string;
  /** Default: Envoy's, none. */
  readonly path?: `/${string}`;
  /** The cookie's lifetime. `0s` makes a session cookie, which the browser drops when it is closed. */
  readonly ttl: Duration;
}

/**
 * One of the two.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#LocalityLoadBalancerSetting
 */
export interface LocalityDefinition {
  /**
   * Where the traffic of a region goes when that region has no healthy endpoint left. Default: nowhere else; then
   * `failoverPriority` is needed.
   */
  readonly failover?: readonly LocalityFailover[];
  /**
   * Labels of pods, the most important first: the more of them an endpoint has in common with the caller, from
   * the first on, the sooner it is chosen. `topology.kubernetes.io/region` and `…/zone` are those of the nodes;
   * `key=value` stands for a value whatever the caller's is. Default: none; then
   * `failover` is needed.
   */
  readonly failoverPriority?: readonly string[];
}

export interface LocalityFailover {
  /** A region, the value of the nodes' label `topology.kubernetes.io/region`. */
  readonly from: string;
  readonly to: string;
}

/** Load balancing with its defaults resolved; it has either `simple` or `consistentHash`. */
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

/** Whether exactly one of an object's fields is given. */
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
    params: { fix: "give one of httpHeaderName, httpQueryParameterName, httpCookie, useSourceIp" },
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
      .refine(hasOne, { params: { fix: "give one of failover, failoverPriority" } })
      .meta(oneProperty)
      .optional(),
  } satisfies Shape<LoadBalancingDefinition>)
  .refine(({ simple, consistentHash }) => simple === undefined || consistentHash === undefined, {
    params: { fix: "give one of simple, consistentHash" },
  })
  .meta({ not: { required: ["simple", "consistentHash"] } });

export function normalizeLoadBalancing(definition: LoadBalancingDefinition = {}): LoadBalancing {
  return definition.consistentHash ? definition : { simple: "LEAST_REQUEST", ...definition };
}
