import type { Quota, RateLimit } from "../catalog";
import { milliseconds } from "../effect";

/** Fields of Envoy's filter, as far as its meaning needs them. */
interface LocalRateLimit {
  readonly "@type"?: string;
  readonly token_bucket?: TokenBucket;
  readonly filter_enabled?: Percentage;
  readonly filter_enforced?: Percentage;
  readonly rate_limits?: readonly { readonly actions?: readonly Action[] }[];
  readonly descriptors?: readonly Descriptor[];
}

interface TokenBucket {
  readonly max_tokens?: number;
  readonly tokens_per_fill?: number;
  readonly fill_interval?: string;
}

interface Percentage {
  readonly default_value?: { readonly numerator?: number; readonly denominator?: string };
}

interface Descriptor {
  readonly entries?: readonly { readonly key?: string; readonly value?: string }[];
  readonly token_bucket?: TokenBucket;
}

interface Action {
  readonly metadata?: {
    readonly default_value?: string;
    readonly descriptor_key?: string;
    readonly metadata_key?: { readonly path?: readonly { readonly key?: string }[] };
  };
  readonly header_value_match?: {
    readonly descriptor_key?: string;
    readonly descriptor_value?: string;
    readonly expect_match?: boolean;
    readonly headers?: readonly { readonly name?: string; readonly present_match?: boolean }[];
  };
  readonly request_headers?: { readonly header_name?: string; readonly descriptor_key?: string };
}

const type = "type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit";

/**
 * What the filters of a proxy miss of a service's limit: which requests are admitted, and how fast.
 *
 * @returns undefined if they are as the catalog says.
 * @see https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/filters/http/local_ratelimit/v3/local_rate_limit.proto
 */
export function limitDifference(filters: readonly object[], limit: RateLimit): string | undefined {
  const found = localLimits(filters);
  const [filter] = found;
  if (filter === undefined || found.length > 1) return `${found.length} filters with a local rate limit`;
  return enforcementOf(filter) ?? bucketDifference(filter.token_bucket, limit.burst, limit);
}

/** What the filters of a proxy miss of the quotas of tenants. Undefined if they are as the catalog says. */
export function quotaDifference(filters: readonly object[], quota: Quota): string | undefined {
  const [filter = {}] = localLimits(filters);
  const unenforced = enforcementOf(filter);
  if (unenforced !== undefined) return unenforced;
  const { descriptors = [], rate_limits: limits = [] } = filter;
  const keys = limits.flatMap(({ actions = [] }) => actions).flatMap((action) => keyOf(action, quota) ?? []);
  const [key] = keys;
  if (key === undefined) return "no tenant, because its claim or header is not read";
  if (!limits.flatMap(({ actions = [] }) => actions).some((action) => isForNone(action, quota, key))) {
    return "no quota of requests without a tenant";
  }
  const of = (value: string | undefined): Descriptor | undefined =>
    descriptors.find(({ entries = [] }) =>
      entries.every((entry) => entry.key === key && entry.value === value && entries.length === 1),
    );
  const wanted = [
    ...quota.tenants.map(({ tenant, requests }) => ({ tenant, requests })),
    { tenant: undefined, requests: quota.requests },
  ];
  for (const { tenant, requests } of wanted) {
    const found = of(tenant);
    const name = tenant ?? "every other tenant";
    if (found === undefined) return `no quota of ${name}`;
    const wrong = bucketDifference(found.token_bucket, requests, { requests, per: quota.per });
    if (wrong !== undefined) return `${name}: ${wrong}`;
  }
  return undefined;
}

function localLimits(filters: readonly object[]): LocalRateLimit[] {
  return (filters as readonly LocalRateLimit[]).filter((filter) => filter["@type"] === type);
}

/** What keeps a filter from rejecting requests. Undefined if nothing does. */
function enforcementOf({
  filter_enabled: enabled,
  filter_enforced: enforced,
}: LocalRateLimit): string | undefined {
  return isWhole(enabled) && isWhole(enforced) ? undefined : "a limit that is not enforced";
}

function isWhole({ default_value: value }: Percentage = {}): boolean {
  const whole = { HUNDRED: 100, TEN_THOUSAND: 10_000, MILLION: 1_000_000 }[value?.denominator ?? "HUNDRED"];
  return value?.numerator === whole;
}

function bucketDifference(
  { max_tokens: most = 0, tokens_per_fill: fill = 1, fill_interval: interval = "" }: TokenBucket = {},
  burst: number,
  { requests, per }: { readonly requests: number; readonly per: number },
): string | undefined {
  const time = milliseconds(interval) ?? NaN;
  return most === burst && fill * per === requests * time
    ? undefined
    : `${most} requests at once, and ${fill} in ${interval || "no time"}`;
}

/** The key of the descriptor that names the tenant. */
function keyOf({ metadata, request_headers: header }: Action, { key }: Quota): string | undefined {
  if ("header" in key) return header?.header_name === key.header ? header.descriptor_key : undefined;
  const path = metadata?.metadata_key?.path?.map((one) => one.key);
  return JSON.stringify(path) === JSON.stringify(["payload", ...key.claim])
    ? metadata?.descriptor_key
    : undefined;
}

/** Whether an action counts the requests without a tenant. */
function isForNone({ metadata, header_value_match: match }: Action, { key }: Quota, name: string): boolean {
  if ("claim" in key) return metadata?.default_value === "-";
  const [header] = match?.headers ?? [];
  return (
    match?.descriptor_key === name &&
    match.descriptor_value === "-" &&
    match.expect_match === false &&
    header?.name === key.header &&
    header.present_match === true
  );
}
