import type { Difference } from "../effect";
import type { OverrideEffect } from "./overrideEffects";

/**
 * Returns an override's differences of a kind. What follows from another finding is left out. This is access to a pod
 * that has lost its proxy, and everything about an object that refers to a missing one.
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

/** An override's differences of where requests go, or how. Those of requests have both routes. */
export function reroutes(effect: OverrideEffect): readonly Difference[] {
  return [...differencesOf(effect, "route changed"), ...differencesOf(effect, "mTLS weaker")];
}

/** The host and port to which a difference's request is sent. */
export function targetText({ sent }: Difference): string {
  return `${sent?.host ?? ""}:${sent?.port ?? 0}`;
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
