import {
  type CookieMatch,
  type Edge,
  formatDuration,
  type Port,
  repeatsBegunRequests,
  type Retries,
  safeRetryConditions,
  type Service,
  type Version,
} from "../catalog";
import type { VirtualServiceSpec } from "./types/virtualService.gen";

export type HttpRoute = NonNullable<VirtualServiceSpec["http"]>[number];
export type HttpMatch = NonNullable<HttpRoute["match"]>[number];

/** Requests to one port of a service that are treated alike. */
export interface Requests {
  readonly name: string;
  readonly service: Omit<Service, "versions"> & { readonly versions: readonly Share[] };
  readonly port: Port;
  /** Alternatives; empty: every request. */
  readonly match: readonly HttpMatch[];
  readonly rewrite?: HttpRoute["rewrite"];
  /** Milliseconds. */
  readonly timeout?: number;
  readonly retries: Retries;
}

/** A version and its share of the requests. */
export type Share = Pick<Version, "name" | "weight">;

/** Methods that do something once more when they are repeated. */
const notIdempotent = "POST|PATCH";

/**
 * The routes for some requests: those that choose their version by headers, then the others. It serves the mesh
 * and the gateways alike, so that requests from outside are split and limited as those from inside.
 */
export function httpRoutes(requests: Requests): HttpRoute[] {
  const { name, match, service } = requests;
  const chosen = service.headerRoutes.flatMap(({ headers, cookie, version }) => {
    const label = Object.entries(headers)
      .map(([header, value]) => `${header}=${value}`)
      .sort();
    const matched = Object.fromEntries([
      ...Object.entries(headers).map(([header, value]) => [header, { exact: value }]),
      ...(cookie ? [["cookie", { regex: amongCookies(cookie) }]] : []),
    ]) as HttpMatch["headers"];
    if (cookie) label.push(`cookie ${cookie.name}=${cookie.value}`);
    const matches = orEvery(match).map((one) => ({ ...one, headers: matched }));
    const own = { ...requests, name: [name, ...label].join(" "), match: matches };
    return retriedRoutes(own, [{ name: version, weight: 100 }]);
  });
  return [...chosen, ...retriedRoutes(requests, service.versions)];
}

/** A regular expression for the header `cookie` of requests that have one cookie among any others. */
function amongCookies({ name, value }: CookieMatch): string {
  const escaped = `${name}=${value}`.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return `^(.*; ?)?${escaped}(;.*)?$`;
}

/** The first call of each caller: its proxy treats all that go to a port alike, and a check sees that they ask for that. */
export function onePerCaller(edges: readonly Edge[]): Edge[] {
  const first = new Map<string, Edge>();
  for (const edge of edges) if (!first.has(edge.source.name)) first.set(edge.source.name, edge);
  return [...first.values()];
}

/** One route, or two where the retries are only safe for idempotent methods. */
function retriedRoutes(requests: Requests, versions: readonly Share[]): HttpRoute[] {
  const { name, port, match, retries } = requests;
  const safe = retries.retryOn.filter((condition) => safeRetryConditions.includes(condition));
  const everything = httpRoute(name, requests, versions, match, retries);
  if (port.protocol === "grpc" || !repeatsBegunRequests(retries, port.protocol)) return [everything];
  // Without a limit for each try: under none of the safe conditions is a try that reaches it repeated.
  const limited: Retries = {
    attempts: safe.length > 0 ? retries.attempts : 0,
    retryOn: safe,
    ...(retries.backoff !== undefined && { backoff: retries.backoff }),
  };
  const matches = orEvery(match).map((one) => ({ ...one, method: { regex: notIdempotent } }));
  return [httpRoute(`${name} ${notIdempotent}`, requests, versions, matches, limited), everything];
}

/** No alternatives match every request; so does an empty one, which can be narrowed. */
function orEvery(match: readonly HttpMatch[]): readonly HttpMatch[] {
  return match.length > 0 ? match : [{}];
}

function httpRoute(
  name: string,
  { service, port, rewrite, timeout }: Requests,
  versions: readonly Share[],
  match: readonly HttpMatch[],
  retries: Retries,
): HttpRoute {
  return {
    name,
    ...(match.length > 0 && { match: [...match] }),
    ...(rewrite && { rewrite }),
    route: destinations(service, port, versions),
    ...mirror(service, port, versions),
    ...(timeout !== undefined && { timeout: formatDuration(timeout) }),
    ...(!retries.inherited && { retries: retryPolicy(retries) }),
    ...(service.fault && { fault: fault(service.fault) }),
  };
}

/** A version's share of what goes to a port, or everything. */
export function destinations(
  { host }: Pick<Service, "host">,
  port: Port,
  versions: readonly Share[],
): NonNullable<HttpRoute["route"]> {
  const destination = { host, port: { number: port.port } };
  if (versions.length === 0) return [{ destination }];
  return versions
    .filter(({ weight }) => weight > 0)
    .map(({ name, weight }) => ({ destination: { ...destination, subset: name }, weight }));
}

/** Requests that go to the mirror's version alone would be sent to it twice. */
function mirror(
  { host, mirror: target }: Pick<Service, "host" | "mirror">,
  port: Port,
  versions: readonly Share[],
): Pick<HttpRoute, "mirror" | "mirrorPercentage"> {
  if (target?.service !== undefined) {
    const taker = target.ports.find(({ name }) => name === port.name);
    if (!taker) return {};
    return {
      mirror: { host: target.host, port: { number: taker.port } },
      mirrorPercentage: { value: target.percentage },
    };
  }
  if (!target || versions.every(({ name, weight }) => weight === 0 || name === target.version)) return {};
  return {
    mirror: { host, port: { number: port.port }, subset: target.version },
    mirrorPercentage: { value: target.percentage },
  };
}

/** Zero attempts are rendered explicitly, because a route without `retries` has Istio's own. */
function retryPolicy({
  attempts,
  perTryTimeout,
  retryOn,
  backoff,
}: Retries): NonNullable<HttpRoute["retries"]> {
  if (attempts === 0) return { attempts };
  return {
    attempts,
    retryOn: retryOn.join(","),
    ...(perTryTimeout !== undefined && { perTryTimeout: formatDuration(perTryTimeout) }),
    ...(backoff !== undefined && { backoff: formatDuration(backoff) }),
  };
}

function fault({ delay, abort }: NonNullable<Service["fault"]>): HttpRoute["fault"] {
  return {
    ...(delay && {
      delay: { percentage: { value: delay.percentage }, fixedDelay: formatDuration(delay.fixedDelay) },
    }),
    ...(abort && { abort: { percentage: { value: abort.percentage }, httpStatus: abort.httpStatus } }),
  };
}

/** Requests of one caller's pods; other catalogs may have pods of the same name in their namespaces. */
export function fromPods({ source }: Edge): HttpMatch {
  return { sourceLabels: { ...source.selector }, sourceNamespace: source.namespace };
}
