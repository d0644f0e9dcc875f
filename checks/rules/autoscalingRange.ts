import { formatPath } from "../../catalog";
import type { DefinitionRule } from "../rule";
import { base, http } from "./example";

const scaled = (minReplicas: number, maxReplicas: number): object => ({
  ...base,
  services: {
    web: {
      ports: { http },
      workload: {
        image: "web:1",
        resources: { requests: { cpu: "100m" } },
        autoscaling: { minReplicas, maxReplicas, averageUtilization: 80 },
      },
    },
  },
});

export const autoscalingRange: DefinitionRule = {
  code: "MW901",
  severity: "error",
  title: "An autoscaler's most replicas are no fewer than its fewest",
  stage: "definition",
  examples: { wrong: scaled(5, 3), right: scaled(3, 5) },
  *check({ services }) {
    for (const [name, { workload }] of Object.entries(services)) {
      if (!workload?.autoscaling) continue;
      const { minReplicas, maxReplicas } = workload.autoscaling;
      if (minReplicas <= maxReplicas) continue;
      yield {
        path: formatPath(["services", name, "workload", "autoscaling", "maxReplicas"]),
        message: `"${name}" has at least ${minReplicas} replicas and at most ${maxReplicas}: Kubernetes refuses both`,
        fix: `set it to at least ${minReplicas}`,
      };
    }
  },
};
