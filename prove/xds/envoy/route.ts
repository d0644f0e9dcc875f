import type { RoutedRequest } from "../../../effect";
import { durationOf, type Json, listOf, objectOf, textsIn, valueAt } from "../json";
import { textHolds } from "./text";

/** What a route configuration does with a request. */
export type EnvoyRoute =
  | { readonly outcome: "not found" }
  | { readonly outcome: "redirected"; readonly status: number; readonly location: string }
  /** The proxy answers itself. `blocked`: it has no route to the host, and says so. */
  | { readonly outcome: "answered" | "blocked"; readonly status: number; readonly body: string }
  | ForwardedRoute;

export interface ForwardedRoute {
  readonly outcome: "forwarded";
  readonly clusters: readonly { readonly name: string; readonly weight: number }[];
  /** Milliseconds; 0 for none. */
  readonly timeout: number;
  readonly retries?: {
    readonly attempts: number;
    /** Conditions, and status codes, separated by commas. */
    readonly retryOn: string;
    readonly perTryTimeout?: number;
  };
  /** Path with its query, as it is sent on. */
  readonly path: string;
  readonly host: string;
  readonly mirrors: readonly { readonly cluster: string; readonly percentage: number }[];
  /** Share of the requests that the proxy aborts, and their status. */
  readonly abort?: { readonly share: number; readonly status: number };
}

/**
 * Evaluates a route configuration for a request, as Envoy does. It shares nothing with the model of effects.
 *
 * @param scheme of the client's request, for redirects. Default: `http`.
 * @see https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto
 */
export function envoyRoute(config: Json, request: RoutedRequest, scheme = "http"): EnvoyRoute {
  const found = virtualHostFor(config, request.host.toLowerCase());
  if (!found) return { outcome: "not found" };
  const { path = "/", host } = request;
  if (found.requireTls === "ALL" && scheme === "http") {
    return { outcome: "redirected", status: 301, location: `https://${host}${path}` };
  }
  const route = listOf(found.routes).find(({ match }) => routeMatches(objectOf(match), request));
  if (!route) return { outcome: "not found" };
  if (route.redirect !== undefined) return redirected(route, { host, path, scheme });
  if (route.directResponse !== undefined) {
    const status = Number(objectOf(route.directResponse).status ?? 200);
    const { inlineString, inlineBytes } = objectOf(objectOf(route.directResponse).body);
    const text = (value: unknown): string => (typeof value === "string" ? value : "");
    const body = text(inlineString) || Buffer.from(text(inlineBytes), "base64").toString();
    return { outcome: found.name === "block_all" ? "blocked" : "answered", status, body };
  }
  return forwarded(route, { path, host });
}

/** The virtual hosts of a route configuration by their domains: a proxy of many services has thousands. */
interface Domains {
  readonly exact: ReadonlyMap<string, Json>;
  /** Domains with `*` at their beginning or end, the longest first. */
  readonly patterns: readonly { readonly domain: string; readonly virtualHost: Json }[];
}

const known = new WeakMap<Json, Domains>();

function domainsIn(config: Json): Domains {
  const before = known.get(config);
  if (before) return before;
  const all = listOf(config.virtualHosts).flatMap((virtualHost) =>
    textsIn(virtualHost.domains).map((domain) => ({ domain: domain.toLowerCase(), virtualHost })),
  );
  const domains = {
    // The first virtual host with a domain counts.
    exact: new Map(all.toReversed().map(({ domain, virtualHost }) => [domain, virtualHost])),
    patterns: all
      .filter(({ domain }) => domain.length > 1 && (domain.startsWith("*") || domain.endsWith("*")))
      .sort((a, b) => b.domain.length - a.domain.length),
  };
  known.set(config, domains);
  return domains;
}

function virtualHostFor(config: Json, name: string): Json | undefined {
  const { exact, patterns } = domainsIn(config);
  const found =
    patterns.find(({ domain }) => domain.startsWith("*") && name.endsWith(domain.slice(1))) ??
    patterns.find(({ domain }) => domain.endsWith("*") && name.startsWith(domain.slice(0, -1)));
  return exact.get(name) ?? found?.virtualHost ?? exact.get("*");
}

const redirects: Readonly<Record<string, number>> = {
  MOVED_PERMANENTLY: 301,
  FOUND: 302,
  SEE_OTHER: 303,
  TEMPORARY_REDIRECT: 307,
  PERMANENT_REDIRECT: 308,
};

interface Target {
  readonly host: string;
  readonly path: string;
}

function redirected(route: Json, request: Target & { readonly scheme: string }): EnvoyRoute {
  const redirect = objectOf(route.redirect);
  const { schemeRedirect, httpsRedirect, hostRedirect, portRedirect, pathRedirect, responseCode } = redirect;
  const scheme = httpsRedirect === true ? "https" : textOf(schemeRedirect, request.scheme);
  const port = portRedirect === undefined ? "" : `:${textOf(portRedirect, "")}`;
  const path =
    pathRedirect === undefined
      ? rewritten(redirect, route, request.path)
      : textOf(pathRedirect, request.path);
  return {
    outcome: "redirected",
    status: redirects[textOf(responseCode, "MOVED_PERMANENTLY")] ?? 301,
    location: `${scheme}://${textOf(hostRedirect, request.host)}${port}${path}`,
  };
}

function forwarded(route: Json, { path, host }: Target): ForwardedRoute {
  const action = objectOf(route.route);
  const { weightedClusters, retryPolicy, hostRewriteLiteral } = action;
  const clusters =
    weightedClusters === undefined
      ? [{ name: textOf(action.cluster, ""), weight: 1 }]
      : listOf(objectOf(weightedClusters).clusters).map(({ name, weight = 0 }) => ({
          name: textOf(name, ""),
          weight: Number(weight),
        }));
  const abort = abortOf(objectOf(route.typedPerFilterConfig));
  return {
    outcome: "forwarded",
    clusters,
    timeout: durationOf(action.timeout) ?? 15_000,
    ...(retryPolicy !== undefined && { retries: retriesOf(objectOf(retryPolicy)) }),
    path: rewritten(action, route, path),
    host: textOf(hostRewriteLiteral, host),
    mirrors: listOf(action.requestMirrorPolicies).map(({ cluster, runtimeFraction }) => ({
      cluster: textOf(cluster, ""),
      percentage: percentageOf(objectOf(runtimeFraction).defaultValue),
    })),
    ...(abort && { abort }),
  };
}

function retriesOf({ numRetries = 1, retryOn = "", perTryTimeout, retriableStatusCodes }: Json) {
  const perTry = durationOf(perTryTimeout);
  const codes = Array.isArray(retriableStatusCodes) ? retriableStatusCodes.map(String) : [];
  return {
    attempts: Number(numRetries),
    retryOn: [textOf(retryOn, ""), ...codes].join(","),
    ...(perTry !== undefined && { perTryTimeout: perTry }),
  };
}

function abortOf(perFilter: Json): ForwardedRoute["abort"] {
  const abort = objectOf(valueAt(perFilter, "envoy.filters.http.fault", "abort"));
  if (abort.httpStatus === undefined) return undefined;
  return { share: percentageOf(abort.percentage) / 100, status: Number(abort.httpStatus) };
}

const denominators: Readonly<Record<string, number>> = { HUNDRED: 1, TEN_THOUSAND: 100, MILLION: 10_000 };

/** Percent of a FractionalPercent. Absent: all. */
function percentageOf(fraction: unknown): number {
  if (fraction === undefined) return 100;
  const { numerator = 0, denominator = "HUNDRED" } = objectOf(fraction);
  return Number(numerator) / (denominators[textOf(denominator, "HUNDRED")] ?? 1);
}

function rewritten(
  { prefixRewrite, regexRewrite, pathRewritePolicy }: Json,
  route: Json,
  path: string,
): string {
  const [bare = "", ...query] = path.split("?");
  const rest = query.length === 0 ? "" : `?${query.join("?")}`;
  if (typeof prefixRewrite === "string") {
    const { prefix, pathSeparatedPrefix } = objectOf(route.match);
    // An expression matches the whole path, as an exact path does.
    const matched = textOf(prefix ?? pathSeparatedPrefix, bare);
    return `${prefixRewrite}${bare.slice(matched.length)}${rest}`;
  }
  if (regexRewrite !== undefined) {
    const pattern = textOf(valueAt(regexRewrite, "pattern", "regex"), "");
    const substitution = textOf(objectOf(regexRewrite).substitution, "").replace(/\\(\d)/g, "$$$1");
    return `${bare.replace(new RegExp(pattern, "g"), substitution)}${rest}`;
  }
  if (pathRewritePolicy !== undefined) throw new Error("the rewrite of a path template is not evaluated");
  return path;
}

function textOf(value: unknown, otherwise: string): string {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : otherwise;
}

function routeMatches(
  match: Json,
  { path = "/", method = "GET", headers = {}, host }: RoutedRequest,
): boolean {
  const [bare = "", query = ""] = path.split("?");
  const fold = (text: unknown): string =>
    match.caseSensitive === false ? String(text).toLowerCase() : String(text);
  const { prefix, path: whole, pathSeparatedPrefix, safeRegex } = match;
  if (prefix !== undefined && !fold(bare).startsWith(fold(prefix))) return false;
  if (whole !== undefined && fold(bare) !== fold(whole)) return false;
  if (pathSeparatedPrefix !== undefined) {
    const start = fold(pathSeparatedPrefix);
    if (fold(bare) !== start && !fold(bare).startsWith(`${start}/`)) return false;
  }
  if (safeRegex !== undefined && !textHolds({ safeRegex }, bare)) return false;
  const values: Record<string, string | undefined> = { ":method": method, ":authority": host, ...headers };
  const headersMatch = listOf(match.headers).every((one) => {
    const value = values[String(one.name).toLowerCase()];
    const given = one.treatMissingHeaderAsEmpty === true ? (value ?? "") : value;
    const matched =
      one.presentMatch === undefined
        ? textHolds(objectOf(one.stringMatch), given)
        : (value !== undefined) === (one.presentMatch === true);
    return matched !== (one.invertMatch === true);
  });
  const parameters = new URLSearchParams(query);
  return (
    headersMatch &&
    listOf(match.queryParameters).every((one) => {
      const value = parameters.get(String(one.name)) ?? undefined;
      return one.presentMatch === true ? value !== undefined : textHolds(objectOf(one.stringMatch), value);
    })
  );
}
