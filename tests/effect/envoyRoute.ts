import type { RoutedRequest } from "../../effect";
import { envoyRoute } from "../../prove/xds/envoy/route";
import type { Json } from "../../prove/xds/json";

/** What the routes that istiod sends a proxy do with a request, in one line. */
export function envoyLine(
  config: Json,
  clusters: ReadonlyMap<string, unknown>,
  request: RoutedRequest,
): string {
  const found = envoyRoute(config, request);
  if (found.outcome !== "forwarded") return found.outcome;
  const { timeout, retries, path, mirrors } = found;
  if (found.clusters[0]?.name === "PassthroughCluster") return "passed through";
  return routeLine({
    clusters: found.clusters.map((one) => ({ ...one, exists: clusters.has(one.name) })),
    timeout,
    retries: retries && { ...retries, perTry: retries.perTryTimeout },
    path,
    mirrors: mirrors.map(({ cluster }) => cluster),
  });
}

/** One line of what both sides know of a route. Times are milliseconds. */
export function routeLine({
  clusters,
  timeout,
  retries,
  path,
  mirrors,
}: {
  clusters: readonly { name: string; weight: number; exists: boolean }[];
  timeout: number;
  retries: { attempts: number; retryOn: string; perTry: number | undefined } | undefined;
  path: string;
  mirrors: readonly string[];
}): string {
  return JSON.stringify({
    clusters: clusters
      .map(({ name, weight, exists }) => `${name}*${weight}${exists ? "" : " missing"}`)
      .sort(),
    timeout,
    retries: retries && [retries.attempts, retries.retryOn, retries.perTry ?? 0],
    path,
    mirrors,
  });
}
