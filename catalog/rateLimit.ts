import { z } from "zod";
import { type Duration, durationSchema, milliseconds, parseDuration } from "./duration";
import { sortedEntries } from "./order";
import type { Shape } from "./shape";
import { typedTextOf } from "./text";

/**
 * How many requests each pod of a service takes; the rest is answered with 429. Every pod's proxy counts for itself,
 * without asking anybody, so the service as a whole takes as many times more as it has pods. HTTP only.
 *
 * @see https://istio.io/latest/docs/tasks/policy-enforcement/rate-limit/#local-rate-limit
 */
export interface RateLimitDefinition {
  /** Requests in the time of `per`. The bucket gains these tokens evenly over that time, and holds `burst` of them. */
  readonly requests: number;
  /** At least 50ms. */
  readonly per: Duration;
  /** Requests that may come at once after a quiet time. Default: `requests`. */
  readonly burst?: number;
  /** What each tenant may have of it. Default: no limit besides the common one. */
  readonly quota?: QuotaDefinition;
}

/**
 * Limits of those who share a service, told apart by a request header. Requests without the header only count for
 * the common limit. Anybody inside the mesh can set a header: let it be set where end users are authenticated.
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/local_rate_limit_filter#dynamic-token-buckets
 */
export interface QuotaDefinition {
  /** Name of the header whose value is the tenant, in lower case. */
  readonly header: string;
  /** Requests of each tenant in the time of `per`, for each pod of the service. */
  readonly requests: number;
  /** A multiple of the common limit's `per`. */
  readonly per: Duration;
  /** Requests in the time of `per` of those tenants that have another quota, by the header's value. Default: none. */
  readonly tenants?: Readonly<Record<string, number>>;
}

/** A rate limit with its defaults resolved; times in milliseconds. */
export interface RateLimit {
  readonly requests: number;
  readonly per: number;
  readonly burst: number;
  readonly quota?: Quota;
}

/** A tenant's quota with its defaults resolved; times in milliseconds. */
export interface Quota {
  readonly header: string;
  readonly requests: number;
  readonly per: number;
  /** By name. */
  readonly tenants: readonly { readonly tenant: string; readonly requests: number }[];
}

const requests = z.int().min(1).max(4_294_967_295);

/** Envoy refuses to fill a bucket more often. */
const per = durationSchema.refine((text) => (parseDuration(text) ?? 0) >= 50, {
  params: { fix: "use at least 50ms" },
});

export const rateLimitSchema: z.ZodType<RateLimitDefinition> = z.strictObject({
  requests,
  per,
  burst: requests.optional(),
  quota: z
    .strictObject({
      header: typedTextOf<string>(
        /^[a-z0-9-]+$/,
        'write the name of a header in lower case, such as "x-tenant-id"',
      ),
      requests,
      per,
      tenants: z.record(z.string().min(1), requests).optional(),
    } satisfies Shape<QuotaDefinition>)
    .optional(),
} satisfies Shape<RateLimitDefinition>);

export function normalizeRateLimit({ per: time, quota, ...limit }: RateLimitDefinition): RateLimit {
  return {
    burst: limit.requests,
    ...limit,
    per: milliseconds(time),
    ...(quota && {
      quota: {
        header: quota.header,
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
