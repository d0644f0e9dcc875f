import { z } from "zod";
import { type Duration, durationSchema } from "./duration";
import { type RetriesDefinition, retriesSchema } from "./retries";
import type { Shape } from "./shape";

/** How long callers of a service wait for it, and how often they try. Callers can be given less in their `calls`. */
export interface ResilienceDefinition {
  /**
   * Limit of a whole request, all retries included. HTTP only. Default: none, as in Istio.
   *
   * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRoute
   */
  readonly timeout?: Duration;
  /**
   * HTTP only. Default: Istio's own. It repeats a request up to twice, on another endpoint, if the connection fails or
   * the server refuses the stream. gRPC calls are also repeated on the statuses `unavailable` and `cancelled`.
   * `{ attempts: 0 }` turns retries off; then requests fail while pods are replaced.
   *
   * @see https://istio.io/latest/docs/concepts/traffic-management/#retries
   */
  readonly retries?: RetriesDefinition;
  /**
   * Limit for opening a TCP connection. Default: Istio's, 10 s.
   *
   * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#ConnectionPoolSettings-TCPSettings
   */
  readonly connectTimeout?: Duration;
  /**
   * How long a connection without traffic is kept, by callers' proxies and by the service's own towards the
   * application. Default: Envoy's, 1 h.
   */
  readonly idleTimeout?: Duration;
}

export const resilienceSchema: z.ZodType<ResilienceDefinition> = z.strictObject({
  timeout: durationSchema.optional(),
  retries: retriesSchema.optional(),
  connectTimeout: durationSchema.optional(),
  idleTimeout: durationSchema.optional(),
} satisfies Shape<ResilienceDefinition>);
