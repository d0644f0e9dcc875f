import { type DestinationRule, trafficPolicy, destinationRuleFor } from "./destinationRule";
import { milliseconds } from "./duration";
import { type Fields, fieldsAt, has, listAt, numberAt, textAt } from "./field";
import {
  appliesTo,
  isCatchAll,
  matchesOf,
  requestMatches,
  type RoutedRequest,
  type RoutingProxy,
} from "./httpMatch";
import { rewrittenPath } from "./rewrite";
import type { Model } from "./model";
import type { ObjectName } from "./object";
import { scopeOf } from "./scope";
import { serviceAt, type ServiceHost } from "./service";
import { namedDestination, type VirtualService } from "./virtualService";
import type { Workload } from "./workload";

/** Where a part of the requests goes. */
export interface RouteDestination {
  readonly host: string;
  readonly port: number;
  readonly subset?: string;
  /** Weight relative to the other destinations. 1 for a single one. */
  readonly weight: number;
  /** Whether the proxy has a cluster for it. Without one it answers with 503. */
  readonly exists: boolean;
  /** Labels that the pods of the subset have besides the service's. */
  readonly labels?: Readonly<Record<string, unknown>>;
  /** Mode of TLS: a DestinationRule's, `auto` for mutual TLS where the pods have a proxy, `none` for outside hosts. */
  readonly tls: string;
  /** Connection pool, outlier detection, load balancing and TLS of a DestinationRule. */
  readonly policy: Fields;
  /** Where the proxy finds a ServiceEntry's addresses, in Istio's words. Undefined for a Service. */
  readonly resolution?: string;
  /** Addresses or names of a ServiceEntry's endpoints, or the name behind an ExternalName Service. Undefined if there are none. */
  readonly endpoints?: readonly string[];
  /** Port of a ServiceEntry's hosts, if it is another one than theirs for clients. */
  readonly targetPort?: number | string;
  /** Headers that are changed for this destination. */
  readonly headers?: Fields;
}

/** How often and when attempts are repeated. */
export interface Retries {
  readonly attempts: number;
  /** Milliseconds. Undefined: the route's timeout. */
  readonly perTryTimeout?: number;
  /** Milliseconds before the first repetition. Undefined: Envoy's 25. */
  readonly backoff?: number;
  readonly retryOn: string;
}

/** What a proxy does with a request. */
export interface Route {
  /**
   * `forwarded` to its destinations, `redirected`, `answered` by the proxy itself, `not found` (404), `passed through` to
   * the address that the client chose, `blocked` (502), or `unknown`.
   */
  readonly outcome:
    "forwarded" | "redirected" | "answered" | "not found" | "passed through" | "blocked" | "unknown";
  readonly destinations: readonly RouteDestination[];
  /** The object that decided, and the index of its HTTP route. */
  readonly by?: ObjectName & { readonly route?: number };
  /** Name of the route. */
  readonly name?: string;
  /** Milliseconds. Undefined: none. */
  readonly timeout?: number;
  /** Undefined: no attempt is repeated. */
  readonly retries?: Retries;
  readonly fault?: Fields;
  readonly rewrite?: Fields;
  /** The path that the destinations receive, if it is rewritten. */
  readonly path?: string;
  readonly redirect?: Fields;
  readonly directResponse?: Fields;
  readonly headers?: Fields;
  readonly cors?: Fields;
  /** Destinations of copies, with the percentage of requests. */
  readonly mirrors: readonly { readonly destination: RouteDestination; readonly percentage: number }[];
}

/** Istio's retries of a route that has none. */
export const defaultRetries: Retries = {
  attempts: 2,
  retryOn: "connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes",
};

/** A route of a VirtualService that a proxy has, with one of its matches. */
export interface Candidate {
  readonly of: VirtualService;
  readonly index: number;
  readonly route: Fields;
  readonly match: Fields;
}

/** Returns the routes that a proxy has of a VirtualService for a port, up to the first that matches every request. */
export function candidatesOf(of: VirtualService, port: number, proxy: RoutingProxy): Candidate[] {
  const result: Candidate[] = [];
  for (const [index, route] of of.http.entries()) {
    const wide = listAt(route, "match").length === 0;
    for (const match of matchesOf(route)) {
      if (!appliesTo(match, port, proxy)) continue;
      result.push({ of, index, route, match });
      if (isCatchAll(match)) return result;
    }
    if (wide) return result;
  }
  return result;
}

/** Returns what the first route that matches does. Undefined if none does. */
export function firstRoute(
  model: Model,
  candidates: readonly Candidate[],
  request: RoutedRequest,
  resolve: (destination: unknown) => RouteDestination,
): Route | undefined {
  for (const candidate of candidates) {
    const { match } = candidate;
    const matched = requestMatches(request, match, model.settings);
    if (matched === "no") continue;
    if (matched === "unknown") {
      return { outcome: "unknown", destinations: [], mirrors: [], by: originOf(candidate) };
    }
    const read = routeRead(candidate, resolve);
    if (!read.rewrite) return read;
    const path = rewrittenPath(request.path ?? "/", read.rewrite, match);
    return path === undefined ? { ...read, outcome: "unknown", destinations: [] } : { ...read, path };
  }
  return undefined;
}

function originOf({ of, index }: Candidate): ObjectName & { readonly route?: number } {
  return of.origins?.[index] ?? { ...of.from, route: index };
}

const routesRead = new WeakMap<object, WeakMap<Candidate, Route>>();

/** What a route does, read once for each proxy, whose destinations `resolve` finds. */
function routeRead(candidate: Candidate, resolve: (destination: unknown) => RouteDestination): Route {
  let routes = routesRead.get(resolve);
  if (routes === undefined) routesRead.set(resolve, (routes = new WeakMap()));
  let read = routes.get(candidate);
  if (read === undefined) {
    routes.set(candidate, (read = readRoute(candidate.route, originOf(candidate), resolve)));
  }
  return read;
}

function readRoute(
  route: Fields,
  by: ObjectName & { readonly route?: number },
  resolve: (destination: unknown) => RouteDestination,
): Route {
  const name = textAt(route, "name");
  const shared = {
    by,
    ...(name !== undefined && { name }),
    ...given(route, "headers", "headers"),
    ...given(route, "fault", "fault"),
    ...given(route, "corsPolicy", "cors"),
  };
  if (has(route, "redirect")) {
    return {
      outcome: "redirected",
      destinations: [],
      mirrors: [],
      ...shared,
      ...given(route, "redirect", "redirect"),
    };
  }
  if (has(route, "directResponse")) {
    return {
      outcome: "answered",
      destinations: [],
      mirrors: [],
      ...shared,
      ...given(route, "directResponse", "directResponse"),
    };
  }
  const timeout = milliseconds(textAt(route, "timeout"));
  const retries = readRetries(route);
  return {
    outcome: "forwarded",
    destinations: weighted(listAt(route, "route"), resolve),
    ...shared,
    ...given(route, "rewrite", "rewrite"),
    ...(timeout !== undefined && timeout > 0 && { timeout }),
    ...(retries && { retries }),
    mirrors: mirrorsOf(route, resolve),
  };
}

function given(route: Fields, key: string, as: keyof Route): Partial<Route> {
  return has(route, key) ? { [as]: fieldsAt(route, key) } : {};
}

function weighted(
  list: readonly Fields[],
  resolve: (destination: unknown) => RouteDestination,
): RouteDestination[] {
  const [only] = list;
  const headers = (one: Fields): Pick<RouteDestination, "headers"> =>
    has(one, "headers") ? { headers: fieldsAt(one, "headers") } : {};
  if (only && list.length === 1) return [{ ...resolve(only.destination), ...headers(only) }];
  return list
    .filter((one) => (numberAt(one, "weight") ?? 0) > 0)
    .map((one) => ({ ...resolve(one.destination), weight: numberAt(one, "weight") ?? 0, ...headers(one) }));
}

function readRetries(route: Fields): Retries | undefined {
  if (!has(route, "retries")) return defaultRetries;
  const retries = fieldsAt(route, "retries");
  const attempts = numberAt(retries, "attempts") ?? 0;
  if (attempts <= 0) return undefined;
  const perTryTimeout = milliseconds(textAt(retries, "perTryTimeout"));
  const backoff = milliseconds(textAt(retries, "backoff"));
  const retryOn = textAt(retries, "retryOn") ?? "";
  return {
    attempts,
    ...(backoff !== undefined && { backoff }),
    ...(perTryTimeout !== undefined && { perTryTimeout }),
    retryOn: retryOn === "" ? defaultRetries.retryOn : retryOn,
  };
}

function mirrorsOf(route: Fields, resolve: (destination: unknown) => RouteDestination): Route["mirrors"] {
  const percent = (value: unknown): number | undefined => numberAt(value, "value");
  const single = has(route, "mirror")
    ? [
        {
          destination: resolve(route.mirror),
          percentage:
            (has(route, "mirrorPercentage") ? (percent(route.mirrorPercentage) ?? 0) : undefined) ??
            numberAt(route, "mirrorPercent") ??
            100,
        },
      ]
    : [];
  const listed = listAt(route, "mirrors")
    .filter((one) => has(one, "destination"))
    .map((one) => ({
      destination: resolve(one.destination),
      percentage: has(one, "percentage") ? (percent(one.percentage) ?? 0) : 100,
    }));
  return [...single, ...listed].filter(({ percentage }) => percentage > 0);
}

/**
 * Returns a function that finds a route's destination among the hosts that a proxy has.
 *
 * @param defaultPort returns the port of a destination that names none.
 */
export function resolver(
  model: Model,
  workload: Workload,
  defaultPort: (host: string) => number,
): (destination: unknown) => RouteDestination {
  const { services } = scopeOf(model, workload);
  return (destination) => {
    const { host, port = defaultPort(host) } = namedDestination(destination);
    const subset = textAt(destination, "subset");
    const service = serviceAt(services, host);
    return destinationTo(model, workload, service, { host, port, ...(subset !== undefined && { subset }) });
  };
}

/** Returns a destination as a proxy sends to it. */
export function destinationTo(
  model: Model,
  workload: Workload,
  service: ServiceHost | undefined,
  { host, port, subset }: { host: string; port: number; subset?: string },
): RouteDestination {
  const rule = service && destinationRuleFor(model, workload, service);
  const own = rule?.subsets.find((one) => textAt(one, "name") === subset);
  const policy = trafficPolicy(rule, port, subset);
  const served = service?.ports.find(({ number }) => number === port);
  return {
    host,
    port,
    ...(subset !== undefined && { subset }),
    weight: 1,
    exists: served !== undefined && (subset === undefined || own !== undefined),
    ...(own && { labels: fieldsAt(own, "labels") }),
    tls: isIgnored(workload, rule, policy)
      ? "none"
      : (textAt(fieldsAt(policy, "tls"), "mode") ??
        (service?.external === true || !model.settings.autoMtls ? "none" : "auto")),
    ...(service?.registry === "entry" && served && served.target !== port && { targetPort: served.target }),
    ...(service?.endpoints && { endpoints: service.endpoints }),
    ...(service?.resolution !== undefined && { resolution: service.resolution }),
    policy,
  };
}

/**
 * Whether a proxy ignores its TLS settings and sends plaintext. Only gateways read the Secret of a `credentialName`, and sidecars
 * that the rule selects by their labels.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#ClientTLSSettings-credential_name
 */
function isIgnored({ proxy }: Workload, rule: DestinationRule | undefined, policy: Fields): boolean {
  const tls = fieldsAt(policy, "tls");
  const isRead = proxy === "gateway" || rule?.selector !== undefined;
  return (
    !isRead &&
    rule?.from.some(({ kind }) => kind === "DestinationRule") === true &&
    (textAt(tls, "credentialName") ?? "") !== "" &&
    ["SIMPLE", "MUTUAL"].includes(textAt(tls, "mode") ?? "")
  );
}
