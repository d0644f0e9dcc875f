import { z } from "zod";
import { type Duration, durationSchema } from "./duration";
import { type RetriesDefinition, retriesSchema } from "./retries";

/** How long callers of a service wait for it, and how often they try. Callers can be given less in their `calls`. */
export interface ResilienceDefinition {
  /**
   * Limit of a whole request, all retries included. HTTP only. Default: none, as in Istio.
   *
   * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRoute
   */
  readonly timeout?: Duration;
  /** HTTP only. Default: no retries. Istio's own default of two for every method is turned off. */
  readonly retries?: RetriesDefinition;
  /**
   * Limit for opening a TCP connection. Default: Istio's, 10 s.
   *
   * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#ConnectionPoolSettings-TCPSettings
   */
  readonly connectTimeout?: Duration;
  /** How long a connection without traffic is kept. Default: Envoy's, 1 h. */
  readonly idleTimeout?: Duration;
}

export const resilienceSchema: z.ZodType<ResilienceDefinition> = z.strictObject({
  timeout: durationSchema.optional(),
  retries: retriesSchema.optional(),
  connectTimeout: durationSchema.optional(),
  idleTimeout: durationSchema.optional(),
});
