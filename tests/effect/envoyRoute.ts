import type { RoutedRequest } from "../../effect";
import { type Json, listOf, objectOf, textHolds } from "./envoyAccess";

/**
 * Evaluates the routes that istiod sends a proxy, as Envoy does, and says in one line where a request goes.
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto
 */
export function envoyRoute(config: Json, clusters: ReadonlySet<string>, request: RoutedRequest): string {
  const hosts = listOf(config.virtualHosts).flatMap((virtualHost) =>
    ((virtualHost.domains ?? []) as string[]).map((domain) => ({ domain, virtualHost })),
  );
  const name = request.host.toLowerCase();
  const exact = hosts.find(({ domain }) => domain === name);
  const wild = hosts
    .filter(({ domain }) => domain.length > 1 && domain.startsWith("*") && name.endsWith(domain.slice(1)))
    .sort((a, b) => b.domain.length - a.domain.length)[0];
  const found = exact ?? wild ?? hosts.find(({ domain }) => domain === "*");
  if (!found) return "not found";
  const route = listOf(found.virtualHost.routes).find(({ match }) => routeMatches(objectOf(match), request));
  if (!route) return "not found";
  if (route.redirect !== undefined) return "redirected";
  if (route.directResponse !== undefined) {
    return String(found.virtualHost.name) === "block_all" ? "blocked" : "answered";
  }
  const action = objectOf(route.route);
  if (action.cluster === "PassthroughCluster") return "passed through";
  const weighted = listOf(objectOf(action.weightedClusters).clusters);
  const targets =
    action.weightedClusters === undefined
      ? [{ name: action.cluster, weight: 1 }]
      : weighted.map(({ name: own, weight }) => ({ name: own, weight: weight ?? 0 }));
  const retry = action.retryPolicy === undefined ? undefined : objectOf(action.retryPolicy);
  return routeLine({
    clusters: targets.map(({ name: own, weight }) => ({
      name: String(own),
      weight: Number(weight),
      exists: clusters.has(String(own)),
    })),
    timeout: seconds(action.timeout),
    retries: retry && {
      attempts: Number(retry.numRetries ?? 0),
      retryOn: String(retry.retryOn),
      perTry: retry.perTryTimeout === undefined ? undefined : seconds(retry.perTryTimeout),
    },
    rewrite: textOf(action.prefixRewrite),
    mirrors: listOf(action.requestMirrorPolicies).map(({ cluster }) => String(cluster)),
  });
}

/** One line of what both sides know of a route. Times are milliseconds. */
export function routeLine({
  clusters,
  timeout,
  retries,
  rewrite,
  mirrors,
}: {
  clusters: readonly { name: string; weight: number; exists: boolean }[];
  timeout: number;
  retries: { attempts: number; retryOn: string; perTry: number | undefined } | undefined;
  rewrite: string;
  mirrors: readonly string[];
}): string {
  return JSON.stringify({
    clusters: clusters
      .map(({ name, weight, exists }) => `${name}*${weight}${exists ? "" : " missing"}`)
      .sort(),
    timeout,
    retries: retries && [retries.attempts, retries.retryOn, retries.perTry ?? 0],
    rewrite,
    mirrors,
  });
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function seconds(duration: unknown): number {
  return Math.round(Number(textOf(duration).replace("s", "")) * 1000);
}

function routeMatches(
  match: Json,
  { path = "/", method = "GET", headers = {}, host }: RoutedRequest,
): boolean {
  const [bare = "", query = ""] = path.split("?");
  const fold = (text: unknown): string =>
    match.caseSensitive === false ? String(text).toLowerCase() : String(text);
  if (match.prefix !== undefined && !fold(bare).startsWith(fold(match.prefix))) return false;
  if (match.path !== undefined && fold(bare) !== fold(match.path)) return false;
  if (match.safeRegex !== undefined && !textHolds({ safeRegex: match.safeRegex }, bare)) return false;
  const values: Record<string, string | undefined> = { ":method": method, ":authority": host, ...headers };
  const headersMatch = listOf(match.headers).every((one) => {
    const value = values[String(one.name).toLowerCase()];
    const given = one.treatMissingHeaderAsEmpty === true ? (value ?? "") : value;
    const matched =
      one.presentMatch === true ? value !== undefined : textHolds(objectOf(one.stringMatch), given);
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
