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
  /** Delays and errors put in to test resilience. Refused when the mesh's environment is `prod`. Default: none. */
  readonly fault?: FaultDefinition;
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

export const trafficSchema: z.ZodType<TrafficDefinition> = z.strictObject({
  weights: z.record(z.string(), z.int().min(0).max(100)).optional(),
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
