import { formatPath } from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { base, http } from "./example";

const autoscaling = { minReplicas: 2, maxReplicas: 5, averageUtilization: 80 };
const scaled = (own: object): object => ({
  ...base,
  services: { web: { ports: { http }, workload: { image: "web:1", autoscaling, ...own } } },
});

export const text = (service: string, percent: number): Text => ({
  message: `"${service}" is scaled at ${percent} % of its CPU request, but requests no CPU: the autoscaler takes no action`,
  fix: 'add resources: { requests: { cpu: "…" } }',
});

export const autoscalingMeasured: DefinitionRule = {
  code: "MW902",
  severity: "error",
  title: "A workload that is scaled by CPU requests CPU",
  why: [
    "`averageUtilization` is a percentage of the CPU that the containers request.",
    "Without a request the utilization is undefined, and the autoscaler takes no action.",
  ],
  see: pages.kubernetesAutoscaling,
  stage: "definition",
  examples: { wrong: scaled({}), right: scaled({ resources: { requests: { cpu: "100m" } } }) },
  *check({ services }, isWritten) {
    for (const [name, { workload }] of Object.entries(services)) {
      if (!workload?.autoscaling) continue;
      const at = ["services", name, "workload", "resources"];
      // Without a request, Kubernetes uses the limit as the request.
      if (["requests", "limits"].some((kind) => isWritten(...at, kind, "cpu"))) continue;
      yield {
        path: formatPath([...at, "requests", "cpu"]),
        ...text(name, workload.autoscaling.averageUtilization),
      };
    }
  },
};
