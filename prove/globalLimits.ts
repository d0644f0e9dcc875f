import { parse } from "yaml";
import { isObject, type Mesh, type RateLimitUnit } from "../catalog";
import { milliseconds } from "../effect";

/** A request, as far as a global rate limit counts it. Its claims are those of a valid token. */
export interface CountedRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly claims: unknown;
}

/** A quota that a request counts against. */
export interface Quota {
  readonly unit: RateLimitUnit;
  readonly requests: number;
}

/** Fields of Envoy's filter, as far as its meaning needs them. */
interface GlobalFilter {
  readonly "@type"?: string;
  readonly domain?: string;
  readonly failure_mode_deny?: boolean;
  readonly timeout?: string;
  readonly rate_limit_service?: {
    readonly grpc_service?: { readonly envoy_grpc?: { readonly cluster_name?: string } };
  };
  readonly rate_limits?: readonly { readonly actions?: readonly Action[] }[];
}

type Entry = readonly [key: string, value: string];

interface Match {
  readonly name?: string;
  readonly present_match?: boolean;
  readonly string_match?: { readonly prefix?: string; readonly safe_regex?: { readonly regex?: string } };
}

interface Action {
  readonly generic_key?: { readonly descriptor_key?: string; readonly descriptor_value?: string };
  readonly remote_address?: object;
  readonly request_headers?: { readonly header_name?: string; readonly descriptor_key?: string };
  readonly header_value_match?: {
    readonly descriptor_key?: string;
    readonly descriptor_value?: string;
    readonly expect_match?: boolean;
    readonly headers?: readonly Match[];
  };
  readonly metadata?: {
    readonly descriptor_key?: string;
    readonly default_value?: string;
    readonly metadata_key?: { readonly path?: readonly { readonly key?: string }[] };
  };
}

const type = "type.googleapis.com/envoy.extensions.filters.http.ratelimit.v3.RateLimit";

/** The filters of a proxy that call the rate limit service. */
function globalFilters(filters: readonly object[]): GlobalFilter[] {
  return (filters as readonly GlobalFilter[]).filter((filter) => filter["@type"] === type);
}

/** What keeps the filters of a proxy from calling the mesh's rate limit service. Undefined if nothing does. */
export function serviceDifference(
  filters: readonly object[],
  { rateLimitService }: Mesh,
): string | undefined {
  const found = globalFilters(filters);
  const [filter] = found;
  if (filter === undefined || found.length > 1) return `${found.length} filters with a global rate limit`;
  const { host = "", port, onFailure, timeout } = rateLimitService ?? {};
  const wanted = `outbound|${port?.port ?? 0}||${host}`;
  const cluster = filter.rate_limit_service?.grpc_service?.envoy_grpc?.cluster_name;
  if (cluster !== wanted) return `calls to ${String(cluster)}`;
  if ((filter.failure_mode_deny === true) !== (onFailure === "deny")) return "another answer when it fails";
  return milliseconds(filter.timeout) === timeout ? undefined : `a timeout of ${String(filter.timeout)}`;
}

/**
 * The quotas that a request counts against: the filter's actions name it, and the service's configuration has a quota for
 * that name.
 *
 * @param config of the rate limit service, as YAML.
 * @see https://github.com/envoyproxy/ratelimit#configuration
 */
export function quotasOf(filters: readonly object[], config: string, request: CountedRequest): Quota[] {
  const { domain, descriptors = [] } = (parse(config) ?? {}) as {
    domain?: string;
    descriptors?: Descriptor[];
  };
  return globalFilters(filters)
    .filter((filter) => filter.domain === domain)
    .flatMap(({ rate_limits: limits = [] }) => limits)
    .flatMap(({ actions = [] }) => {
      const entries = actions.map((action) => entryOf(action, request));
      return entries.every((entry) => entry !== undefined) ? (quotaAt(descriptors, entries) ?? []) : [];
    });
}

interface Descriptor {
  readonly key: string;
  readonly value?: string;
  readonly rate_limit?: { readonly unit: RateLimitUnit; readonly requests_per_unit: number };
  readonly descriptors?: readonly Descriptor[];
}

/** The quota of the last entry, whose name is looked up before the one of every other name. */
function quotaAt(descriptors: readonly Descriptor[], [entry, ...rest]: readonly Entry[]): Quota | undefined {
  if (entry === undefined) return undefined;
  const [key, value] = entry;
  const found =
    descriptors.find((one) => one.key === key && one.value === value) ??
    descriptors.find((one) => one.key === key && one.value === undefined);
  if (found === undefined) return undefined;
  if (rest.length > 0) return quotaAt(found.descriptors ?? [], rest);
  return found.rate_limit && { unit: found.rate_limit.unit, requests: found.rate_limit.requests_per_unit };
}

/** What an action adds to the name of a request. Undefined if it then counts nothing. */
function entryOf(action: Action, { path, headers, claims }: CountedRequest): Entry | undefined {
  const { generic_key: own, remote_address: address, request_headers: header } = action;
  const { header_value_match: match, metadata } = action;
  if (own) return [own.descriptor_key ?? "generic_key", own.descriptor_value ?? ""];
  if (address) return ["remote_address", "10.0.0.1"];
  if (header) {
    const value = headers[header.header_name ?? ""];
    return value === undefined ? undefined : [header.descriptor_key ?? "", value];
  }
  if (match) {
    const all = { ...headers, ":path": path };
    const isMatch = (match.headers ?? []).every((one) => holds(one, all[(one.name ?? "") as ":path"]));
    return isMatch === (match.expect_match ?? true)
      ? [match.descriptor_key ?? "header_match", match.descriptor_value ?? ""]
      : undefined;
  }
  if (metadata) {
    const [payload, ...names] = (metadata.metadata_key?.path ?? []).map(({ key = "" }) => key);
    const value = names.reduce<unknown>((inner, name) => (isObject(inner) ? inner[name] : undefined), claims);
    const text = payload === "payload" && typeof value === "string" ? value : metadata.default_value;
    return text === undefined ? undefined : [metadata.descriptor_key ?? "", text];
  }
  return undefined;
}

function holds({ present_match: present, string_match: text }: Match, value: string | undefined): boolean {
  if (present === true) return value !== undefined;
  if (value === undefined) return false;
  if (text?.prefix !== undefined) return value.startsWith(text.prefix);
  return new RegExp(`^(?:${text?.safe_regex?.regex ?? ""})$`).test(value);
}
