import type { Labels } from "../../catalog";
import type { ClusterFinding } from "./finding";
import type { ClusterNeeds } from "./needs";
import { type ClusterSnapshot, type SelectingWorkload, valueOf } from "./snapshot";

/** A workload whose selector the catalog would change, with the problem and its fix. */
export interface SelectorChange {
  readonly workload: SelectingWorkload;
  readonly problem: string;
  readonly fix: string;
}

/** The workloads of a cluster whose selector would change. Kubernetes refuses every change of it. */
export function selectorChanges(
  wanted: readonly SelectingWorkload[],
  present: readonly SelectingWorkload[],
): SelectorChange[] {
  return wanted.flatMap((workload): SelectorChange[] => {
    const { kind, namespace, name, matchLabels } = workload;
    const found = present.find(
      (one) => one.kind === kind && one.namespace === namespace && one.name === name,
    );
    if (found === undefined || labelsText(found.matchLabels) === labelsText(matchLabels)) return [];
    return [
      {
        workload,
        problem: `Its selector is ${labelsText(found.matchLabels)}, but the catalog's is ${labelsText(matchLabels)}. Kubernetes refuses to change it.`,
        fix: `Keep the present one: set the service's selector and its versions' labels to it. Or let a new ${kind} take over the pods: kubectl delete ${kind.toLowerCase()} ${name} -n ${namespace} --cascade=orphan`,
      },
    ];
  });
}

/** The preflight check of the workloads' selectors. */
export function selectors(snapshot: ClusterSnapshot, { workloads }: ClusterNeeds): ClusterFinding[] {
  return selectorChanges(workloads, valueOf(snapshot.workloads) ?? []).map(
    ({ workload: { kind, namespace, name }, problem, fix }) => ({
      check: "selectors",
      severity: "error",
      problem: `${kind} ${namespace}/${name}: ${problem}`,
      fix,
    }),
  );
}

/** Labels as `key=value`, sorted. */
export function labelsText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}=${value}`);
  return pairs.sort().join(",") || "(none)";
}
