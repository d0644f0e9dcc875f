import type { GlobalRateLimit, Mesh, Quota, RateLimit, RateLimitService, Service } from "../catalog";
import { analyzeSuppressAnnotation, metadata, type Manifest } from "./object";
import { type Action, tenantActions } from "./tenantActions";
import type { EnvoyFilterSpec } from "./types/envoyFilter.gen";

/**
 * Maximum number of tenants that a proxy counts separately. With Envoy's default of 20, the 21st tenant would replace
 * the first.
 */
const tenantsAtOnce = 1000;

/**
 * Rate limits, for which Istio has no API: a filter in the inbound proxies of each limited service. It is the last
 * filter before the router, so that rejected requests don't count.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/envoy-filter/
 */
export function envoyFilters(mesh: Mesh): Manifest[] {
  return mesh.services.flatMap((service) => {
    const { rateLimit, globalRateLimits, name, path } = service;
    return [
      // Above the default of 0, so that other EnvoyFilters at the same position come first.
      ...(rateLimit
        ? [
            beforeRouter(mesh, service, {
              name: `${name}-rate-limit`,
              from: `${path}.rateLimit`,
              priority: 10,
              filter: localRateLimit(rateLimit),
            }),
          ]
        : []),
      // After the pod's own limit, so that requests which it rejects are not counted.
      ...(mesh.rateLimitService && globalRateLimits.length > 0
        ? [
            beforeRouter(mesh, service, {
              name: `${name}-global-rate-limit`,
              from: `${path}.globalRateLimits`,
              priority: 20,
              filter: globalRateLimit(mesh.name, mesh.rateLimitService, globalRateLimits),
            }),
          ]
        : []),
    ];
  });
}

interface Insertion {
  readonly name: string;
  readonly from: string;
  /** Filters with a higher priority are closer to the router. */
  readonly priority: number;
  readonly filter: Record<string, unknown>;
}

function beforeRouter(
  mesh: Mesh,
  { namespace, selector }: Service,
  { name, from, priority, filter }: Insertion,
): Manifest {
  const spec: EnvoyFilterSpec = {
    workloadSelector: { labels: { ...selector } },
    priority,
    configPatches: [
      {
        applyTo: "HTTP_FILTER",
        match: {
          context: "SIDECAR_INBOUND",
          proxy: { proxyVersion: versionsLike(mesh) },
          listener: {
            filterChain: {
              filter: {
                name: "envoy.filters.network.http_connection_manager",
                subFilter: { name: "envoy.filters.http.router" },
              },
            },
          },
        },
        patch: { operation: "INSERT_BEFORE", value: filter },
      },
    ],
  };
  return {
    apiVersion: "networking.istio.io/v1alpha3",
    kind: "EnvoyFilter",
    metadata: metadata(mesh, {
      name,
      namespace,
      from: [from],
      // It warns of every EnvoyFilter. The match on the proxy's version prevents what it warns of: that an upgrade
      // changes the configuration that the filter patches.
      annotations: { [analyzeSuppressAnnotation]: "IST0133" },
    }),
    spec,
  };
}

/** @see https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/filters/http/ratelimit/v3/rate_limit.proto */
function globalRateLimit(
  domain: string,
  { host, port, onFailure, timeout }: RateLimitService,
  limits: readonly GlobalRateLimit[],
): Record<string, unknown> {
  return {
    name: "envoy.filters.http.ratelimit",
    typed_config: {
      "@type": "type.googleapis.com/envoy.extensions.filters.http.ratelimit.v3.RateLimit",
      domain,
      failure_mode_deny: onFailure === "deny",
      timeout: `${timeout / 1000}s`,
      rate_limited_as_resource_exhausted: true,
      enable_x_ratelimit_headers: "DRAFT_VERSION_03",
      rate_limit_service: {
        grpc_service: {
          envoy_grpc: { cluster_name: `outbound|${port.port}||${host}`, authority: host },
        },
        transport_api_version: "V3",
      },
      rate_limits: limits.flatMap((limit) => actions(limit).map((own) => ({ actions: own }))),
    },
  };
}

/** What each limit counts, as alternatives. If an action of one does not apply to a request, none of its actions counts it. */
function actions({ name, path, by }: GlobalRateLimit): Action[][] {
  const limit = { descriptor_key: "limit", descriptor_value: name };
  const named: Action =
    path === undefined
      ? { generic_key: limit }
      : { header_value_match: { ...limit, headers: [{ name: ":path", string_match: onPath(path) }] } };
  if (by === undefined) return [[named]];
  if (by === "remoteAddress") return [[named, { remote_address: {} }]];
  return tenantActions(by.key).map((tenant) => [named, tenant]);
}

/** Envoy's header `:path` includes the query. */
function onPath(path: string): Record<string, unknown> {
  if (path.endsWith("*")) return { prefix: path.slice(0, -1) };
  return { safe_regex: { regex: `${path.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(\\?.*)?` } };
}

/**
 * A regular expression for the versions of the proxies that the filter applies to. These are the minor version of each
 * control plane, and the one before it. After an upgrade, proxies keep the earlier version until their pods restart. No
 * other version gets the filter.
 *
 * @see https://istio.io/latest/docs/releases/supported-releases/#control-planedata-plane-skew
 */
function versionsLike({ istioVersion, canaryIstioVersion = istioVersion }: Mesh): string {
  const minors = [istioVersion, canaryIstioVersion].flatMap((version) => {
    const [major = 0, minor = 0] = version.split(".").map(Number);
    return [minor - 1, minor].map((one) => `${major}\\.${one}`);
  });
  return `^(${[...new Set(minors)].sort().join("|")})\\..*`;
}

/** @see https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/filters/http/local_ratelimit/v3/local_rate_limit.proto */
function localRateLimit({ requests, burst, per, quota }: RateLimit): Record<string, unknown> {
  return {
    name: "envoy.filters.http.local_ratelimit",
    typed_config: {
      "@type": "type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit",
      stat_prefix: "http_local_rate_limiter",
      token_bucket: bucket(requests, per, burst),
      // Without these two, Envoy counts requests but rejects none.
      filter_enabled: always,
      filter_enforced: always,
      rate_limited_as_resource_exhausted: true,
      enable_x_ratelimit_headers: "DRAFT_VERSION_03",
      ...(quota && quotas(quota)),
    },
  };
}

const always = { default_value: { numerator: 100, denominator: "HUNDRED" } };

function quotas({ key, requests, per, tenants }: Quota): Record<string, unknown> {
  return {
    rate_limits: tenantActions(key).map((action) => ({ actions: [action] })),
    descriptors: [
      ...tenants.map((own) => ({
        entries: [{ key: "tenant", value: own.tenant }],
        token_bucket: bucket(own.requests, per),
      })),
      // An entry without a value applies to every other tenant, with a separate bucket for each.
      { entries: [{ key: "tenant" }], token_bucket: bucket(requests, per) },
    ],
    max_dynamic_descriptors: tenantsAtOnce,
  };
}

function bucket(requests: number, per: number, burst = requests): Record<string, unknown> {
  return { max_tokens: burst, tokens_per_fill: requests, fill_interval: `${per / 1000}s` };
}
