import { z } from "zod";
import { type Duration, durationSchema } from "./duration";
import { type EndUser, type EndUserDefinition, endUserSchema, normalizeEndUser } from "./jwt";
import { compare } from "./order";
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
   * Whether the caller responds to its own callers without waiting for this call's response. Examples are exported
   * telemetry, messages to a queue, and jobs that it starts. The checks of timeouts, retries and cycles along a call
   * path ignore such a call. It renders to nothing. Default: false, so the caller waits.
   */
  readonly asynchronous?: boolean;
  /**
   * Restrictions that are tested before they are enforced: methods, paths or a token, or `denied` for a call that is to be
   * removed. Access stays as the call says. The proxies of the callee report which requests the restrictions would deny.
   * Default: none.
   *
   * @see https://istio.io/latest/docs/tasks/security/authorization/authz-dry-run/
   */
  readonly dryRun?: CallDryRunDefinition | "denied";
}

/**
 * Restrictions of a call that are not enforced yet. The fields replace those of the call in a second AuthorizationPolicy of
 * the callee, which is a dry run. The call itself stays enforced as it is.
 *
 * @see https://istio.io/latest/docs/tasks/security/authorization/authz-dry-run/
 */
export interface CallDryRunDefinition {
  /** HTTP methods that the call may use then. Default: those of the call. */
  readonly methods?: readonly HttpMethod[];
  /** Paths that the call may use then. Default: those of the call. */
  readonly paths?: readonly `/${string}`[];
  /** The end-user token that each request must carry then. Default: that of the call. */
  readonly endUser?: EndUserDefinition;
}

/** What a call is restricted to by its dry run, with its defaults resolved. `denied` if no request is allowed then. */
export type CallDryRun =
  | "denied"
  | {
      readonly methods: readonly HttpMethod[];
      readonly paths: readonly string[];
      readonly endUser?: EndUser;
    };

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
} satisfies Shape<Omit<CallDefinition, "asynchronous" | "dryRun">>;

export const dryRunSchema = z
  .union([
    z.literal("denied"),
    z.strictObject({
      methods: callFields.methods,
      paths: callFields.paths,
      endUser: callFields.endUser,
    } satisfies Shape<CallDryRunDefinition>),
  ])
  .optional();

export const callSchema: z.ZodType<CallDefinition> = z.strictObject({
  ...callFields,
  asynchronous: z.boolean().optional(),
  dryRun: dryRunSchema,
} satisfies Shape<CallDefinition>);

/** Resolves the defaults of a call's dry run, which are the call's own fields. */
export function normalizeCallDryRun(
  dryRun: CallDryRunDefinition | "denied",
  call: Pick<CallDefinition, "methods" | "paths" | "endUser">,
): CallDryRun {
  if (dryRun === "denied") return dryRun;
  const { methods = [], paths = [], endUser } = { ...call, ...dryRun };
  return {
    methods: [...methods].sort(compare),
    paths: [...paths].sort(compare),
    ...(endUser && { endUser: normalizeEndUser(endUser) }),
  };
}
