import { z } from "zod";
import { type Duration, durationSchema, milliseconds } from "./duration";
import { normalizeRetries, noRetries, type Retries, type RetriesDefinition, retriesSchema } from "./retries";
import type { Shape } from "./shape";

/** Timeouts and retries of calls to a service. A caller can set its own in its `calls`. */
export interface ResilienceDefinition {
  /**
   * Timeout of a whole request, including retries. HTTP only. Default: none, as in Istio.
   *
   * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRoute
   */
  readonly timeout?: Duration;
  /**
   * Retries of failed requests. HTTP only. Default: Istio's own. It retries a request up to twice, on another endpoint,
   * if the connection fails or the server refuses the stream. gRPC calls are also retried on the statuses `unavailable`
   * and `cancelled`. `{ attempts: 0 }` turns retries off; requests then fail while pods are replaced.
   *
   * @see https://istio.io/latest/docs/concepts/traffic-management/#retries
   */
  readonly retries?: RetriesDefinition;
  /**
   * Timeout for opening a TCP connection. Default: Istio's, 10 s.
   *
   * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#ConnectionPoolSettings-TCPSettings
   */
  readonly connectTimeout?: Duration;
  /**
   * Time after which an idle connection is closed, by callers' proxies and by the service's own towards the
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

/** The resilience of a service with its defaults resolved. Times are in milliseconds; those without a default are optional. */
export interface Resilience {
  readonly timeout?: number;
  readonly retries: Retries;
  readonly connectTimeout?: number;
  readonly idleTimeout?: number;
}

/** @param hasRequests whether a port of the service is HTTP. A proxy retries nothing on other ports. */
export function normalizeResilience(definition: ResilienceDefinition, hasRequests: boolean): Resilience {
  const timeout = milliseconds(definition.timeout);
  const connectTimeout = milliseconds(definition.connectTimeout);
  const idleTimeout = milliseconds(definition.idleTimeout);
  return {
    ...(timeout !== undefined && { timeout }),
    retries: hasRequests ? normalizeRetries(definition.retries, timeout) : noRetries,
    ...(connectTimeout !== undefined && { connectTimeout }),
    ...(idleTimeout !== undefined && { idleTimeout }),
  };
}
