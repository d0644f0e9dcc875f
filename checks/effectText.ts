import type { Mesh } from "../catalog";
import { isDeclaredCall } from "./declaredCall";
import { type Difference, type Route, type RouteDestination, sentText } from "../effect";
import type { OverrideEffect } from "./overrideEffects";

/**
 * Returns an override's differences of a kind. What follows from another finding is left out. This is access to a pod
 * that has lost its proxy, and everything about an object that is refused or refers to a missing one.
 */
export function differencesOf(
  { differences, dangling, refused }: OverrideEffect,
  kind: Difference["kind"],
): readonly Difference[] {
  if (dangling.length > 0 || refused.length > 0) return [];
  const without = new Set(
    differences.filter((one) => one.kind === "proxy removed").map(({ workload }) => workload.name),
  );
  return differences.filter(
    (one) => one.kind === kind && (kind === "proxy removed" || !without.has(one.workload.name)),
  );
}

/** An override's differences of where the requests of declared calls go, or how. They have both routes. */
export function reroutes(effect: OverrideEffect, mesh: Mesh): readonly Difference[] {
  return (["route changed", "mTLS weaker", "CORS wider"] as const)
    .flatMap((kind) => differencesOf(effect, kind))
    .filter((one) => isDeclaredCall(mesh, one));
}

/** The destinations of a route's requests that another route does not have, whatever their subsets. */
export function newPlaces(was: Route, is: Route): readonly RouteDestination[] {
  return is.destinations.filter(
    (one) => one.weight > 0 && !was.destinations.some((other) => isSamePlace(one, other)),
  );
}

function isSamePlace(one: RouteDestination, other: RouteDestination): boolean {
  const key = ({ host, port, resolution, endpoints = [] }: RouteDestination): string =>
    JSON.stringify([host, port, resolution, endpoints]);
  return key(one) === key(other);
}

/** Where a difference's requests are sent, with an example if only some of those to the host differ. */
export function requestsText(difference: Difference): string {
  const { sent, isExample = true } = difference;
  const { method = "GET", path = "/", headers = {} } = sent ?? {};
  const isPlain = method === "GET" && path === "/" && Object.keys(headers).length === 0;
  return isPlain || !isExample
    ? targetText(difference)
    : `${targetText(difference)} (such as ${sentText(sent)})`;
}

/** The host and port to which a difference's request is sent. */
export function targetText({ sent }: Difference): string {
  return `${sent?.host ?? ""}:${sent?.port ?? 0}${sent?.transport === "UDP" ? " (UDP)" : ""}`;
}

/** Differences of callers with another identity, as those of the workloads that they call. */
export function atServers(differences: readonly Difference[]): Difference[] {
  return differences.flatMap((one) => (one.server ? [{ ...one, workload: one.server }] : []));
}

/** Names the workloads of differences: the first, and how many more. */
export function workloadsText(differences: readonly Difference[]): string {
  const names = [...new Set(differences.map(({ workload }) => workload.name))];
  const [first = "", ...others] = names;
  if (others.length === 0) return `"${first}"`;
  return `"${first}" and ${others.length} more ${others.length === 1 ? "workload" : "workloads"}`;
}

/** Names the pods of a difference with their namespace; `*` are all of it. */
export function placeText({ workload: { namespace, name } }: Difference): string {
  return `"${namespace}/${name}"`;
}

/** Names the hosts of differences: the first, and how many more. */
export function hostsText(differences: readonly Difference[]): string {
  const [first = "", ...others] = new Set(differences.map(targetText));
  return `${first}${others.length === 0 ? "" : ` and ${others.length} more`}`;
}
