import { z } from "zod";
import { type Duration, durationSchema, milliseconds, parseDuration } from "./duration";
import { sortedEntries } from "./order";
import type { Shape } from "./shape";
import {
  normalizeTenantKey,
  type TenantKey,
  type TenantKeyDefinition,
  tenantKeyFields,
  withTenantKey,
} from "./tenantKey";

/**
 * A rate limit for each pod of a service. Further requests are answered with 429. Each pod's proxy counts its own
 * requests, so the service accepts the limit times its number of pods. HTTP only. It is rendered to an EnvoyFilter.
 *
 * @see https://istio.io/latest/docs/tasks/policy-enforcement/rate-limit/#local-rate-limit
 */
export interface RateLimitDefinition {
  /**
   * Number of requests in the interval `per`. Tokens are added to the bucket evenly over the interval, up to `burst`.
   */
  readonly requests: number;
  /** Interval of the limit. At least 50ms. */
  readonly per: Duration;
  /** Number of requests that are allowed at once after an idle time. Default: `requests`. */
  readonly burst?: number;
  /** Quota of each tenant within the limit. Default: none; tenants share the limit. */
  readonly quota?: QuotaDefinition;
}

/**
 * Quotas of tenants that share a service, identified by a claim of the token or by a header.
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/local_rate_limit_filter#dynamic-token-buckets
 */
export interface QuotaDefinition extends TenantKeyDefinition {
  /** Number of requests of each tenant in the interval `per`, for each pod of the service. */
  readonly requests: number;
  /** Interval of the quota: a multiple of the limit's `per`. */
  readonly per: Duration;
  /**
   * Quotas of tenants that differ, in requests per interval `per`, keyed by the value of the claim or header.
   * Default: none.
   */
  readonly tenants?: Readonly<Record<string, number>>;
}

/** A rate limit with its defaults resolved. Times are in milliseconds. */
export interface RateLimit {
  readonly requests: number;
  readonly per: number;
  readonly burst: number;
  readonly quota?: Quota;
}

/** A tenant's quota with its defaults resolved. Times are in milliseconds. */
export interface Quota {
  readonly key: TenantKey;
  readonly requests: number;
  readonly per: number;
  /** Quotas of single tenants, sorted by name. */
  readonly tenants: readonly { readonly tenant: string; readonly requests: number }[];
}

const requests = z.int().min(1).max(4_294_967_295);

/** Envoy rejects a bucket that is filled more often. */
const per = durationSchema.refine((text) => (parseDuration(text) ?? 0) >= 50, {
  params: { fix: "use at least 50ms" },
});

export const rateLimitSchema: z.ZodType<RateLimitDefinition> = z.strictObject({
  requests,
  per,
  burst: requests.optional(),
  quota: withTenantKey(
    z.strictObject({
      ...tenantKeyFields,
      requests,
      per,
      tenants: z.record(z.string().min(1), requests).optional(),
    } satisfies Shape<QuotaDefinition>),
  ).optional(),
} satisfies Shape<RateLimitDefinition>);

export function normalizeRateLimit({ per: time, quota, ...limit }: RateLimitDefinition): RateLimit {
  return {
    burst: limit.requests,
    ...limit,
    per: milliseconds(time),
    ...(quota && {
      quota: {
        key: normalizeTenantKey(quota),
        requests: quota.requests,
        per: milliseconds(quota.per),
        tenants: sortedEntries(quota.tenants ?? {}).map(([tenant, own]) => ({
          tenant,
          requests: own,
        })),
      },
    }),
  };
}
