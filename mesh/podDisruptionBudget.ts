import type { V1PodDisruptionBudgetSpec } from "@kubernetes/client-node";
import { fewestPods, type Mesh, runsOnce } from "../catalog";
import { metadata, type Manifest } from "./object";

/**
 * A budget for every Deployment and StatefulSet with several pods, of which one at a time may be unavailable. A single
 * pod gets none, because its node could never be drained.
 *
 * @see https://kubernetes.io/docs/tasks/run-application/configure-pdb/
 */
export function podDisruptionBudgets(mesh: Mesh): Manifest[] {
  return mesh.services.flatMap((service) =>
    service.workloads
      .filter((workload) => !runsOnce(workload) && fewestPods(workload) > 1)
      .map(({ name, selector }) => {
        const spec: V1PodDisruptionBudgetSpec = {
          maxUnavailable: 1,
          selector: { matchLabels: { ...selector } },
        };
        return {
          apiVersion: "policy/v1",
          kind: "PodDisruptionBudget",
          metadata: metadata(mesh, { name, namespace: service.namespace, from: [service.path] }),
          spec,
        };
      }),
  );
}
