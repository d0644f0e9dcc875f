import { formatPath } from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
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

export const text = (service: string, minReplicas: number, maxReplicas: number): Text => ({
  message: `"${service}" has minReplicas ${minReplicas} and maxReplicas ${maxReplicas}: Kubernetes rejects the autoscaler`,
  fix: `set it to at least ${minReplicas}`,
});

export const autoscalingRange: DefinitionRule = {
  code: "MW901",
  severity: "error",
  title: "An autoscaler's maximum is at least its minimum",
  why: [
    "The API server rejects a HorizontalPodAutoscaler whose maxReplicas is below its minReplicas.",
    "The deployment would fail after other objects have been applied.",
  ],
  see: pages.kubernetesAutoscaling,
  stage: "definition",
  examples: { wrong: scaled(5, 3), right: scaled(3, 5) },
  *check({ services }) {
    for (const [name, { workload }] of Object.entries(services)) {
      if (!workload?.autoscaling) continue;
      const { minReplicas, maxReplicas } = workload.autoscaling;
      if (minReplicas <= maxReplicas) continue;
      yield {
        path: formatPath(["services", name, "workload", "autoscaling", "maxReplicas"]),
        ...text(name, minReplicas, maxReplicas),
      };
    }
  },
};
