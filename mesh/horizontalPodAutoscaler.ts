import type { V2HorizontalPodAutoscalerSpec } from "@kubernetes/client-node";
import type { Mesh } from "../catalog";
import { metadata, type Manifest } from "./object";

/** @see https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/ */
export function horizontalPodAutoscalers(mesh: Mesh): Manifest[] {
  return mesh.services.flatMap(({ namespace, workloads, path }) =>
    workloads.flatMap(({ kind, name, autoscaling }) => {
      if (!autoscaling) return [];
      const { minReplicas, maxReplicas, averageUtilization } = autoscaling;
      const spec: V2HorizontalPodAutoscalerSpec = {
        scaleTargetRef: { apiVersion: "apps/v1", kind, name },
        minReplicas,
        maxReplicas,
        metrics: [
          {
            type: "Resource",
            resource: { name: "cpu", target: { type: "Utilization", averageUtilization } },
          },
        ],
      };
      return [
        {
          apiVersion: "autoscaling/v2",
          kind: "HorizontalPodAutoscaler",
          metadata: metadata(mesh, { name, namespace, from: [path] }),
          spec,
        },
      ];
    }),
  );
}
