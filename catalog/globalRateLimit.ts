import { z } from "zod";
import { type Duration, durationSchema, milliseconds } from "./duration";
import { type Edge, normalizeEdge, type Source, type Target } from "./edge";
import { compare } from "./order";
import { formatPath } from "./path";
import { type Port, portOf } from "./port";
import { noRetries } from "./retries";
import type { Shape } from "./shape";
import {
  normalizeTenantKey,
  type TenantKey,
  type TenantKeyDefinition,
  tenantKeyFields,
  withTenantKey,
} from "./tenantKey";
import { typedTextOf } from "./text";

/**
 * The rate limit service of the mesh, which is a service of the catalog. It implements the protocol of Envoy's rate
 * limit service. Example: `envoyproxy/ratelimit` with a Redis that it calls. Its quotas are rendered to the ConfigMap
 * `<service>-quotas`, which is mounted if the catalog deploys the service. Only proxies of limited services may call
 * it.
 *
 * @see https://istio.io/latest/docs/tasks/policy-enforcement/rate-limit/#global-rate-limit
 */
export interface RateLimitServiceDefinition {
  /** Name of the service. */
  readonly service: string;
  /** Name of its gRPC port. Default: its only port. */
  readonly port?: string;
  /**
   * What happens to requests while the rate limit service is unavailable. `deny` rejects them, so limited services are
   * unavailable too. `allow` accepts them without a limit.
   */
  readonly onFailure: "allow" | "deny";
  /** Timeout of each call to the rate limit service. Default: 100ms. */
  readonly timeout?: Duration;
}

/**
 * A rate limit for all pods of a service together. Further requests are answered with 429. The proxy calls the rate
 * limit service for each request that the local rate limit allows. HTTP only.
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/rate_limit_filter
 */
export interface GlobalRateLimitDefinition {
  /** Number of requests in the interval `per`. */
  readonly requests: number;
  readonly per: RateLimitUnit;
  /**
   * How requests are grouped: by client address, as the ingress gateway receives it, or by tenant. Default: all requests
   * are counted together.
   */
  readonly by?: "remoteAddress" | TenantDefinition;
  /** Path to which the limit applies, exact or with a trailing `*`. Default: every path. */
  readonly path?: `/${string}`;
}

/** Tenants, identified by a claim of the token or by a header. */
export interface TenantDefinition extends TenantKeyDefinition {
  /** Quotas of tenants that differ from the limit, keyed by the value of the claim or header. Default: none. */
  readonly tenants?: Readonly<Record<string, number>>;
}

/** @see https://github.com/envoyproxy/ratelimit#rate-limit-definition */
export type RateLimitUnit = (typeof units)[number];

const units = ["second", "minute", "hour", "day"] as const;

/** The rate limit service with its defaults and its host resolved. */
export interface RateLimitService {
  readonly service: string;
  readonly namespace: string;
  readonly host: string;
  readonly port: Port;
  readonly onFailure: "allow" | "deny";
  /** Milliseconds. */
  readonly timeout: number;
}

/** A global rate limit with its name and its tenants resolved. */
export interface GlobalRateLimit extends Omit<GlobalRateLimitDefinition, "by"> {
  /** Name of the limit in calls to the rate limit service: `<service>/<its own name>`. */
  readonly name: string;
  /** Default: all requests are counted together. */
  readonly by?: "remoteAddress" | Tenants;
}

/** Tenants with their key and quotas resolved. */
export interface Tenants {
  readonly key: TenantKey;
  readonly tenants: Readonly<Record<string, number>>;
}

export function normalizeGlobalRateLimits(
  service: string,
  limits: Readonly<Record<string, GlobalRateLimitDefinition>>,
): GlobalRateLimit[] {
  return Object.entries(limits)
    .map(([name, { by, ...limit }]) => ({
      ...limit,
      name: `${service}/${name}`,
      ...(by !== undefined && { by: normalizeBy(by) }),
    }))
    .sort((a, b) => compare(a.name, b.name));
}

function normalizeBy(by: NonNullable<GlobalRateLimitDefinition["by"]>): NonNullable<GlobalRateLimit["by"]> {
  return by === "remoteAddress" ? by : { key: normalizeTenantKey(by), tenants: by.tenants ?? {} };
}

const requests = z.int().min(1).max(4_294_967_295);

export const globalRateLimitSchema: z.ZodType<GlobalRateLimitDefinition> = z.strictObject({
  requests,
  per: z.enum(units),
  by: z
    .union([
      z.literal("remoteAddress"),
      withTenantKey(
        z.strictObject({
          ...tenantKeyFields,
          tenants: z.record(z.string().min(1), requests).optional(),
        } satisfies Shape<TenantDefinition>),
      ),
    ])
    .optional(),
  path: typedTextOf<`/${string}`>(
    /^\/[^*?#\s]*\*?$/,
    'write an absolute path, optionally with a trailing "*", such as "/api/*"',
  ).optional(),
} satisfies Shape<GlobalRateLimitDefinition>);

export const rateLimitServiceSchema: z.ZodType<RateLimitServiceDefinition> = z.strictObject({
  service: z.string(),
  port: z.string().optional(),
  onFailure: z.enum(["allow", "deny"]),
  timeout: durationSchema.optional(),
} satisfies Shape<RateLimitServiceDefinition>);

/**
 * Resolves the defaults and the host of the rate limit service.
 *
 * @param find returns the service with a name.
 */
export function normalizeRateLimitService(
  { service, port: name, onFailure, timeout = "100ms" }: RateLimitServiceDefinition,
  find: (
    service: string,
  ) => Pick<RateLimitService, "namespace" | "host"> & { readonly ports: readonly Port[] },
): RateLimitService {
  const { namespace, host, ports } = find(service);
  const port = portOf(ports, name);
  if (!port) throw new Error(`rateLimitService: "${service}" has no port "${name ?? ""}"`);
  return { service, namespace, host, port, onFailure, timeout: milliseconds(timeout) };
}

/** The method of Envoy's protocol that proxies call. */
const shouldRateLimit = "/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit";

/** The edge from a limited service's proxies to the rate limit service. The filter has its own timeout, and no retries. */
export function edgeOfLimits(source: Source, { port, timeout }: RateLimitService, target: Target): Edge {
  const call = { port: port.name, methods: ["POST"], paths: [shouldRateLimit] } as const;
  const path = formatPath(["services", source.name, "globalRateLimits"]);
  return { ...normalizeEdge(source, call, target, path), timeout, retries: noRetries };
}
