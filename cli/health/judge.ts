import type { Problem } from "../problem";
import { type Component, componentProblems, componentsOf } from "./components";
import { conditionProblems } from "./conditions";
import { proxyProblems, proxyVersion } from "./proxies";
import { sharedHosts } from "./sharedHosts";
import { sharedTelemetry } from "./sharedTelemetry";
import type { Snapshot } from "./snapshot";
import { unpatchedProxies } from "./unpatchedProxies";

/** The health of a mesh on a cluster. */
export interface Health {
  /** Whether no problem is an error. */
  readonly healthy: boolean;
  readonly components: readonly Component[];
  /** Number of proxies, keyed by version. */
  readonly proxies: Readonly<Record<string, number>>;
  /** Number of objects, keyed by kind. */
  readonly objects: Readonly<Record<string, number>>;
  readonly problems: readonly Problem[];
}

/** Judges the health of a mesh. */
export function judge(snapshot: Snapshot): Health {
  const components = componentsOf(snapshot);
  const problems = [
    ...componentProblems(components),
    ...proxyProblems(snapshot),
    ...unpatchedProxies(snapshot),
    ...conditionProblems(snapshot),
    ...sharedHosts(snapshot.objects),
    ...sharedTelemetry(snapshot.objects),
  ];
  return {
    healthy: problems.every(({ severity }) => severity !== "error"),
    components,
    proxies: count(snapshot.pods.flatMap((pod) => proxyVersion(pod)?.toString() ?? [])),
    objects: count(snapshot.objects.map(({ kind }) => kind)),
    problems,
  };
}

function count(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names.toSorted()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
