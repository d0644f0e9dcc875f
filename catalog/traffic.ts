import { z } from "zod";
import { type Duration, durationSchema, parseDuration } from "./duration";

/** How the requests to a service are spread over its versions, and what is done to them on purpose. */
export interface TrafficDefinition {
  /**
   * Percent of the requests by version; the sum is 100. Default: everything to the only version. Required
   * when there are several.
   *
   * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRouteDestination
   */
  readonly weights?: Readonly<Record<string, number>>;
  /**
   * Requests that are sent to one version for their headers, whatever its weight. The first route that matches
   * decides. Default: none.
   *
   * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPMatchRequest
   */
  readonly headerRoutes?: readonly HeaderRouteDefinition[];
  /** A copy of the requests, sent to another version as well. Default: none. */
  readonly mirror?: MirrorDefinition;
  /** Delays and errors put in to test resilience. Refused when the mesh's environment is `prod`. Default: none. */
  readonly fault?: FaultDefinition;
}

/** Requests that carry some headers, and the version that takes them. */
export interface HeaderRouteDefinition {
  /** The exact value by the header's name in lower case; a request must have all of them. */
  readonly headers: Readonly<Record<string, string>>;
  /** One of the service's versions. */
  readonly version: string;
}

/**
 * Copies of requests whose answers nobody waits for. They are real to whoever gets them: a version that writes
 * must write elsewhere while it is mirrored to. Requests that the version gets anyway aren't mirrored.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPMirrorPolicy
 */
export interface MirrorDefinition {
  /** One of the service's versions, which has no weight. */
  readonly version: string;
  /** Percent of the requests, 0–100. */
  readonly percentage: number;
}

/** @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPFaultInjection */
export interface FaultDefinition {
  readonly delay?: {
    /** Percent of the requests, 0–100. */
    readonly percentage: number;
    readonly fixedDelay: Duration;
  };
  readonly abort?: {
    /** Percent of the requests, 0–100. */
    readonly percentage: number;
    /** The status they are answered with, 200–599. */
    readonly httpStatus: number;
  };
}

/** A fault with its delay in milliseconds. */
export interface Fault {
  readonly delay?: { readonly percentage: number; readonly fixedDelay: number };
  readonly abort?: { readonly percentage: number; readonly httpStatus: number };
}

const percentage = z.number().min(0).max(100);

const headers = z
  .record(z.string(), z.string().min(1))
  .refine((record) => Object.keys(record).length > 0, { params: { cure: "name at least one header" } })
  .refine((record) => Object.keys(record).every((name) => /^[a-z0-9][a-z0-9_-]*$/.test(name)), {
    params: { cure: 'write the headers\' names in lower case, such as "x-canary"' },
  });

export const trafficSchema: z.ZodType<TrafficDefinition> = z.strictObject({
  weights: z.record(z.string(), z.int().min(0).max(100)).optional(),
  headerRoutes: z.array(z.strictObject({ headers, version: z.string() })).optional(),
  mirror: z.strictObject({ version: z.string(), percentage }).optional(),
  fault: z
    .strictObject({
      delay: z.strictObject({ percentage, fixedDelay: durationSchema }).optional(),
      abort: z.strictObject({ percentage, httpStatus: z.int().min(200).max(599) }).optional(),
    })
    .optional(),
});

export function normalizeFault({ delay, abort }: FaultDefinition): Fault {
  return {
    ...(delay && { delay: { ...delay, fixedDelay: parseDuration(delay.fixedDelay) ?? 0 } }),
    ...(abort && { abort }),
  };
}
