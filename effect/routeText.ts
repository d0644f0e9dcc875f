import { type Fields, fieldsAt } from "./field";
import type { Route, RouteDestination } from "./routing";

/** Describes a route in one line: everything that requests can notice. */
export function routeText(route: Route): string {
  const parts = [
    route.outcome,
    destinationsText(route),
    route.timeout === undefined ? "" : `timeout ${route.timeout}ms`,
    route.retries
      ? `${route.retries.attempts} retries on ${route.retries.retryOn}${
          route.retries.perTryTimeout === undefined ? "" : `, each ${route.retries.perTryTimeout}ms`
        }${route.retries.backoff === undefined ? "" : `, backoff ${route.retries.backoff}ms`}`
      : "",
    ...(["fault", "rewrite", "redirect", "directResponse", "headers", "cors"] as const).map((key) =>
      route[key] ? `${key} ${JSON.stringify(route[key])}` : "",
    ),
    ...route.mirrors.map(
      ({ destination, percentage }) => `${percentage}% copied to ${destinationText(destination)}`,
    ),
  ];
  return parts.filter((part) => part !== "").join("; ");
}

/** Weights are relative to their sum, and the order of destinations decides nothing. */
function destinationsText({ destinations }: Route): string {
  const total = destinations.reduce((sum, { weight }) => sum + weight, 0);
  return destinations
    .map((one) => `${shareText(one.weight, total)} to ${destinationText(one)}`)
    .sort()
    .join(", ");
}

/** A share of the requests, as a percentage. */
export function shareText(weight: number, total: number): string {
  return `${Math.round((weight / total) * 1000) / 10} %`;
}

function destinationText(destination: RouteDestination): string {
  const { host, port, subset, exists, labels, tls, policy, headers } = destination;
  const { resolution = "", endpoints = [], targetPort } = destination;
  return [
    `${host}:${port}${subset === undefined ? "" : ` subset ${subset}`}`,
    labels && Object.keys(labels).length > 0 ? JSON.stringify(labels) : "",
    exists ? "" : "(no such cluster)",
    `TLS ${tls}`,
    resolution,
    targetPort === undefined ? "" : `port ${targetPort}`,
    ...endpoints,
    ...policyTexts(policy),
    headers ? JSON.stringify(headers) : "",
  ]
    .filter((part) => part !== "")
    .join(" ");
}

const policyCache = new WeakMap<Fields, readonly string[]>();

/** What a traffic policy says besides the mode of TLS. Many clients have the same one. */
function policyTexts(policy: Fields): readonly string[] {
  const found = policyCache.get(policy);
  if (found) return found;
  const { tls, ...others } = policy;
  const read = [
    tls && Object.keys(fieldsAt(tls)).length > 1 ? JSON.stringify(tls) : "",
    Object.keys(others).length > 0 ? JSON.stringify(others) : "",
  ];
  policyCache.set(policy, read);
  return read;
}

export function tlsText({ destinations }: Route): string {
  return destinations
    .map(
      ({ host, port, tls, policy }) =>
        `TLS ${tls}${isVerified(policy) ? "" : " without verification"} to ${host}:${port}`,
    )
    .join(", ");
}

/** The destinations that do not exist. None if the proxy blocks the request before. */
export function missingIn({ outcome, destinations }: Route): RouteDestination[] {
  return outcome === "blocked" ? [] : destinations.filter(({ exists }) => !exists);
}

/** Says how the proxy answers. */
export function brokenText(route: Route): string {
  if (route.outcome === "blocked") return "the proxy has no such host (502)";
  const missing = missingIn(route);
  if (missing.length === 0) return "no route matches (404)";
  const names = missing.map(
    ({ host, port, subset }) => `${host}:${port}${subset === undefined ? "" : ` subset ${subset}`}`,
  );
  return `no cluster for ${names.join(", ")} (503)`;
}

/** Whether the certificate of a server is verified. */
export function isVerified(policy: Fields): boolean {
  return fieldsAt(policy, "tls").insecureSkipVerify !== true;
}
