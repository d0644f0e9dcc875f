import { z } from "zod";
import { type Duration, durationSchema } from "./duration";
import { type EndUserDefinition, endUserSchema } from "./jwt";
import { type RetriesDefinition, retriesSchema } from "./retries";
import type { Shape } from "./shape";
import { typedTextOf } from "./text";

/** @see https://istio.io/latest/docs/reference/config/security/authorization-policy/#Operation */
export type HttpMethod = (typeof httpMethods)[number];

/** Methods that a call may name. */
export const httpMethods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"] as const;

/**
 * One edge of the call graph: what its source may ask of a service, and how long it waits. The service's
 * AuthorizationPolicy, the source's Sidecar and the routes between them all come from it.
 */
export interface CallDefinition {
  /** Name of one of the called service's ports. Default: its only port; required when it has several. */
  readonly port?: string;
  /** HTTP only. Default: every method. */
  readonly methods?: readonly HttpMethod[];
  /** Paths as the called service sees them, each exact or ending in `*`. HTTP only. Default: every path. */
  readonly paths?: readonly `/${string}`[];
  /** The end user's token that must come with the request. HTTP only. Default: none needed. */
  readonly endUser?: EndUserDefinition;
  /** This source's own limit of the whole request. HTTP only. Default: the service's `resilience.timeout`. */
  readonly timeout?: Duration;
  /** This source's own retries. HTTP only. Default: the service's `resilience.retries`. */
  readonly retries?: RetriesDefinition;
  /**
   * Whether the source responds to its own callers without waiting for this call's response, as with telemetry that it
   * exports, messages to a queue or jobs that it starts. The checks of timeouts, retries and cycles along a call path
   * leave such a call out. Renders to nothing. Default: false, so that the source waits.
   */
  readonly asynchronous?: boolean;
}

export const callFields = {
  port: z.string().optional(),
  methods: z.array(z.enum(httpMethods)).min(1).optional(),
  paths: z
    .array(
      typedTextOf<`/${string}`>(
        /^\/[^*]*\*?$/,
        'write an absolute path, with "*" at its end at most, such as "/api/*"',
      ),
    )
    .min(1)
    .optional(),
  endUser: endUserSchema.optional(),
  timeout: durationSchema.optional(),
  retries: retriesSchema.optional(),
} satisfies Shape<Omit<CallDefinition, "asynchronous">>;

export const callSchema: z.ZodType<CallDefinition> = z.strictObject({
  ...callFields,
  asynchronous: z.boolean().optional(),
} satisfies Shape<CallDefinition>);
