import {
  type CookieMatch,
  type Edge,
  formatDuration,
  type Headers,
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

/** Requests to one port of a service that share routes and limits. */
export interface Requests {
  readonly name: string;
  readonly service: Omit<Service, "versions"> & { readonly versions: readonly Share[] };
  readonly port: Port;
  /** Alternative matches. Empty: every request. */
  readonly match: readonly HttpMatch[];
  /** Methods of the requests. Missing: every method. */
  readonly methods?: readonly string[];
  readonly rewrite?: HttpRoute["rewrite"];
  readonly headers?: Headers;
  /** Destinations with weights, instead of the versions of one service. */
  readonly route?: NonNullable<HttpRoute["route"]>;
  /** Timeout in milliseconds. */
  readonly timeout?: number;
  readonly retries: Retries;
}

/** A version and its weight. */
export type Share = Pick<Version, "name" | "weight">;

/** Methods that are not safe to retry. */
const notIdempotent = ["POST", "PATCH"];

/**
 * Returns the routes for some requests: first those that select their version by headers, then the others. Calls in the
 * mesh and gateways share this function, so that the same versions and limits apply to both.
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
    const matches = orEvery(match).flatMap((one) => both(one, matched));
    if (matches.length === 0) return [];
    const own = { ...requests, name: [name, ...label].join(" "), match: matches };
    return retriedRoutes(own, [{ name: version, weight: 100 }]);
  });
  return [...chosen, ...retriedRoutes(requests, service.versions)];
}

/** A match that has other headers, too. Empty, if no request has both: a header with two values. */
function both(match: HttpMatch, headers: HttpMatch["headers"] = {}): HttpMatch[] {
  for (const [name, { exact = "" }] of Object.entries(headers)) {
    const given = match.headers?.[name];
    if (given && !matchesText(given, exact)) return [];
  }
  return [{ ...match, headers: { ...match.headers, ...headers } }];
}

function matchesText(
  { exact, prefix, regex }: { exact?: string; prefix?: string; regex?: string },
  text: string,
): boolean {
  if (exact !== undefined) return exact === text;
  if (prefix !== undefined) return text.startsWith(prefix);
  return new RegExp(`^(?:${regex ?? ""})$`).test(text);
}

/** A regular expression for the header `cookie` of requests that have one cookie among any others. */
function amongCookies({ name, value }: CookieMatch): string {
  const escaped = `${name}=${value}`.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return `^(.*; ?)?${escaped}(;.*)?$`;
}

/**
 * Returns the first call of each caller. Its proxy applies the same limits to all calls to a port, and a check verifies
 * that they are equal.
 */
export function onePerCaller(edges: readonly Edge[]): Edge[] {
  const first = new Map<string, Edge>();
  for (const edge of edges) if (!first.has(edge.source.name)) first.set(edge.source.name, edge);
  return [...first.values()];
}

/** Returns one route, or two if the retries are safe only for idempotent methods. */
function retriedRoutes(requests: Requests, versions: readonly Share[]): HttpRoute[] {
  const { name, port, match, methods, retries } = requests;
  const safe = retries.retryOn.filter((condition) => safeRetryConditions.includes(condition));
  const ofMethods = (names: readonly string[] | undefined): HttpMatch[] =>
    names ? orEvery(match).map((one) => ({ ...one, method: methodMatch(names) })) : [...match];
  const everything = httpRoute(name, requests, versions, ofMethods(methods), retries);
  const unsafe = notIdempotent.filter((method) => methods?.includes(method) ?? true);
  if (unsafe.length === 0) return [everything];
  if (port.protocol === "grpc" || !repeatsBegunRequests(retries, port.protocol)) return [everything];
  // Without a per-try timeout: no safe condition retries an attempt that hit it.
  const limited: Retries = {
    attempts: safe.length > 0 ? retries.attempts : 0,
    retryOn: safe,
    ...(retries.backoff !== undefined && { backoff: retries.backoff }),
  };
  return [
    httpRoute(`${name} ${unsafe.join("|")}`, requests, versions, ofMethods(unsafe), limited),
    everything,
  ];
}

function methodMatch(names: readonly string[]): NonNullable<HttpMatch["method"]> {
  return names.length === 1 ? { exact: names.join("") } : { regex: names.join("|") };
}

/** An empty list of matches applies to every request. It becomes one empty match, which can be narrowed. */
function orEvery(match: readonly HttpMatch[]): readonly HttpMatch[] {
  return match.length > 0 ? match : [{}];
}

function httpRoute(
  name: string,
  { service, port, rewrite, headers, route, timeout }: Requests,
  versions: readonly Share[],
  match: readonly HttpMatch[],
  retries: Retries,
): HttpRoute {
  return {
    name,
    ...(match.length > 0 && { match: [...match] }),
    ...(rewrite && { rewrite }),
    ...(headers && { headers: structuredClone(headers) as HttpRoute["headers"] }),
    route: route ?? destinations(service, port, versions),
    ...mirror(service, port, versions),
    ...(timeout !== undefined && { timeout: formatDuration(timeout) }),
    ...(!retries.inherited && { retries: retryPolicy(retries) }),
    ...(service.fault && { fault: fault(service.fault) }),
  };
}

/** Returns the destinations of a port's requests: each version with its weight, or the whole service. */
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

/** Requests that go only to the mirror's version are not mirrored, because it would receive them twice. */
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

/** Zero attempts are rendered explicitly, because a route without `retries` has Istio's default retries. */
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

/** Matches requests of one caller's pods. Other catalogs may have pods with the same name in other namespaces. */
export function fromPods({ source }: Edge): HttpMatch {
  return { sourceLabels: { ...source.selector }, sourceNamespace: source.namespace };
}
