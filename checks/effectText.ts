import { type Difference, principalOf, type Request, type RoutedRequest } from "../effect";
import type { OverrideEffect } from "./overrideEffects";

/**
 * Returns an override's differences of a kind. What follows from another finding is left out: access to a pod that has
 * lost its proxy, and everything about an object that refers to what is not there.
 */
export function differencesOf(
  { differences, dangling }: OverrideEffect,
  kind: Difference["kind"],
): readonly Difference[] {
  if (dangling.length > 0) return [];
  const without = new Set(
    differences.filter((one) => one.kind === "proxy removed").map(({ workload }) => workload.name),
  );
  return differences.filter(
    (one) => one.kind === kind && (kind === "proxy removed" || !without.has(one.workload.name)),
  );
}

/** Names the workloads of differences: the first, and how many more. */
export function workloadsText(differences: readonly Difference[]): string {
  const names = [...new Set(differences.map(({ workload }) => workload.name))];
  const [first = "", ...others] = names;
  if (others.length === 0) return `"${first}"`;
  return `"${first}" and ${others.length} more ${others.length === 1 ? "workload" : "workloads"}`;
}

/** Describes a request to a workload, such as `GET /api on port 8080 from cluster.local/ns/shop/sa/web`. */
export function requestText(request: Request | undefined): string {
  if (!request) return "any";
  const {
    identity,
    port,
    protocol,
    method = "GET",
    path = "/",
    host,
    headers = {},
    claims,
    address,
  } = request;
  const what = protocol === "tcp" ? "a connection" : `${method} ${path}`;
  const from = identity ? principalOf(identity) : "a client without an identity";
  const more = [
    ...(host === undefined ? [] : [`host ${host}`]),
    ...Object.entries(headers).map(([name, value]) => `header ${name}: ${value}`),
    ...(claims ? [`token ${JSON.stringify(claims)}`] : []),
    ...(address === undefined ? [] : [`address ${address}`]),
  ];
  return `${what} on port ${port} from ${from}${more.length > 0 ? ` with ${more.join(", ")}` : ""}`;
}

/** Describes a request that a workload sends, such as `GET http://api.shop.svc.cluster.local:80/x`. */
export function sentText(request: RoutedRequest | undefined): string {
  if (!request) return "any";
  const { method = "GET", scheme = "http", host, port, path = "/", headers = {} } = request;
  const more = Object.entries(headers).map(([name, value]) => `header ${name}: ${value}`);
  return `${method} ${scheme}://${host}:${port}${path}${more.length > 0 ? ` with ${more.join(", ")}` : ""}`;
}
