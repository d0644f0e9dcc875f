import { z } from "zod";
import { type Duration, durationSchema, milliseconds } from "./duration";
import { type Edge, normalizeEdge, type Source, type Target } from "./edge";
import { compare } from "./order";
import { formatPath } from "./path";
import { type Port, portOf } from "./port";
import { noRetries } from "./retries";
import type { Shape } from "./shape";
import { typedTextOf } from "./text";

/**
 * Who counts requests for the whole mesh: a service of the catalog that speaks the protocol of Envoy's rate limit
 * service, such as `envoyproxy/ratelimit` itself with a Redis that it calls. Its quotas are rendered into the ConfigMap
 * `<service>-quotas`, and mounted where it is deployed with the mesh. Only proxies of limited services may ask it.
 *
 * @see https://istio.io/latest/docs/tasks/policy-enforcement/rate-limit/#global-rate-limit
 */
export interface RateLimitServiceDefinition {
  /** Name of the service. */
  readonly service: string;
  /** Name of its gRPC port. Default: its only port. */
  readonly port?: string;
  /**
   * What becomes of requests while it doesn't answer: `deny` keeps the limits and makes every limited service as
   * unavailable as it is, `allow` keeps the services and loses the limits.
   */
  readonly onFailure: "allow" | "deny";
  /** How long each request waits for its answer. Default: 100ms. */
  readonly timeout?: Duration;
}

/**
 * How many requests all pods of a service take together; the rest is answered with 429. Each request is asked for at the
 * rate limit service, after the limit of the pod itself has let it through. HTTP only.
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/rate_limit_filter
 */
export interface GlobalRateLimitDefinition {
  /** Requests in the time of `per`. */
  readonly requests: number;
  readonly per: RateLimitUnit;
  /**
   * Whose requests are counted apart: those of each client's address, as the ingress gateway sees it, or those with each
   * value of a header. Default: all are counted together.
   */
  readonly by?: "remoteAddress" | TenantDefinition;
  /** Only requests to this path, exact or ending in `*`, are counted. Default: all are. */
  readonly path?: `/${string}`;
}

/**
 * Those who are told apart by a request header. Requests without it aren't counted by this limit. Anybody inside the
 * mesh can set a header: let it be set where end users are authenticated.
 */
export interface TenantDefinition {
  /** Name of the header, in lower case. */
  readonly header: string;
  /** Requests of those that have another quota, by the header's value. Default: none. */
  readonly tenants?: Readonly<Record<string, number>>;
}

/** @see https://github.com/envoyproxy/ratelimit#rate-limit-definition */
export type RateLimitUnit = (typeof units)[number];

const units = ["second", "minute", "hour", "day"] as const;

/** The rate limit service with its defaults resolved, and where it is. */
export interface RateLimitService {
  readonly service: string;
  readonly namespace: string;
  readonly host: string;
  readonly port: Port;
  readonly onFailure: "allow" | "deny";
  /** Milliseconds. */
  readonly timeout: number;
}

/** A global rate limit with its name. */
export interface GlobalRateLimit extends GlobalRateLimitDefinition {
  /** By which the proxies ask for it: `<service>/<its own name>`. */
  readonly name: string;
}

export function normalizeGlobalRateLimits(
  service: string,
  limits: Readonly<Record<string, GlobalRateLimitDefinition>>,
): GlobalRateLimit[] {
  return Object.entries(limits)
    .map(([name, limit]) => ({ ...limit, name: `${service}/${name}` }))
    .sort((a, b) => compare(a.name, b.name));
}

const requests = z.int().min(1).max(4_294_967_295);

const header = typedTextOf<string>(
  /^[a-z0-9-]+$/,
  'write the name of a header in lower case, such as "x-tenant-id"',
);

export const globalRateLimitSchema: z.ZodType<GlobalRateLimitDefinition> = z.strictObject({
  requests,
  per: z.enum(units),
  by: z
    .union([
      z.literal("remoteAddress"),
      z.strictObject({
        header,
        tenants: z.record(z.string().min(1), requests).optional(),
      } satisfies Shape<TenantDefinition>),
    ])
    .optional(),
  path: typedTextOf<`/${string}`>(
    /^\/[^*?#\s]*\*?$/,
    'write an absolute path, with "*" at its end at most, such as "/api/*"',
  ).optional(),
} satisfies Shape<GlobalRateLimitDefinition>);

export const rateLimitServiceSchema: z.ZodType<RateLimitServiceDefinition> = z.strictObject({
  service: z.string(),
  port: z.string().optional(),
  onFailure: z.enum(["allow", "deny"]),
  timeout: durationSchema.optional(),
} satisfies Shape<RateLimitServiceDefinition>);

/** Resolves the place and the defaults of the rate limit service. @param find the service of that name. */
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
