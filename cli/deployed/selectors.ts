import type { Manifest } from "../../mesh";
import { selectingWorkloads } from "../../program/cluster/needs";
import { selectorChanges } from "../../program/cluster/selectors";
import type { Snapshot } from "../health/snapshot";
import type { Problem } from "../problem";

/** Workloads whose immutable selector the catalog would change, as the preflight check finds them, too. */
export function selectorProblems(objects: readonly Manifest[], workloads: Snapshot["workloads"]): Problem[] {
  const present = workloads.map(({ kind, metadata: { name = "", namespace = "" } = {}, spec }) => ({
    kind,
    name,
    namespace,
    matchLabels: spec?.selector.matchLabels ?? {},
  }));
  return selectorChanges(selectingWorkloads(objects), present).map(
    ({ workload: { kind, namespace, name }, problem, fix }) => ({
      severity: "error",
      culprit: `${kind} ${namespace}/${name}`,
      problem,
      fix,
    }),
  );
}
