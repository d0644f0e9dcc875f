import { z } from "zod";
import { type Duration, durationSchema } from "./duration";
import { type EndUserDefinition, endUserSchema } from "./jwt";
import { type RetriesDefinition, retriesSchema } from "./retries";
import type { Shape } from "./shape";
import { typedTextOf } from "./text";

/** @see https://istio.io/latest/docs/reference/config/security/authorization-policy/#Operation */
export type HttpMethod = (typeof httpMethods)[number];

/** The HTTP methods that a call can list. */
export const httpMethods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"] as const;

/**
 * A call: an edge of the call graph, with the requests that the caller may send to a service and how long it waits. It
 * is rendered to the callee's AuthorizationPolicy and VirtualService, the caller's Sidecar and, if enabled, the
 * NetworkPolicies of both.
 */
export interface CallDefinition {
  /** Name of a port of the callee. Default: its only port. Required if it has several. */
  readonly port?: string;
  /** HTTP methods that the call may use. HTTP only. Default: every method. */
  readonly methods?: readonly HttpMethod[];
  /** Paths as the callee receives them, each exact or with a trailing `*`. HTTP only. Default: every path. */
  readonly paths?: readonly `/${string}`[];
  /** The end-user token that each request must carry. HTTP only. Default: no token is required. */
  readonly endUser?: EndUserDefinition;
  /**
   * Timeout of a whole request of this caller, including retries. HTTP only. Default: the callee's
   * `resilience.timeout`.
   */
  readonly timeout?: Duration;
  /** Retries of this caller. HTTP only. Default: the callee's `resilience.retries`. */
  readonly retries?: RetriesDefinition;
  /**
   * Whether the caller responds to its own callers without waiting for this call's response, as for exported telemetry,
   * messages to a queue, or jobs that it starts. The checks of timeouts, retries and cycles along a call path ignore
   * such a call. It renders to nothing. Default: false, so the caller waits.
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
        'write an absolute path, optionally with a trailing "*", such as "/api/*"',
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
