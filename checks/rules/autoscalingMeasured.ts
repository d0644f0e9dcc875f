import { formatPath } from "../../catalog";
import type { DefinitionRule } from "../rule";
import { base, http } from "./example";

const autoscaling = { minReplicas: 2, maxReplicas: 5, averageUtilization: 80 };
const scaled = (own: object): object => ({
  ...base,
  services: { web: { ports: { http }, workload: { image: "web:1", autoscaling, ...own } } },
});

export const autoscalingMeasured: DefinitionRule = {
  code: "MW902",
  severity: "error",
  title: "What is scaled by its CPU use requests CPU",
  stage: "definition",
  examples: { wrong: scaled({}), right: scaled({ resources: { requests: { cpu: "100m" } } }) },
  *check({ services }, isWritten) {
    for (const [name, { workload }] of Object.entries(services)) {
      if (!workload?.autoscaling) continue;
      const at = ["services", name, "workload", "resources"];
      // Kubernetes takes a limit for the request where that isn't given.
      if (["requests", "limits"].some((kind) => isWritten(...at, kind, "cpu"))) continue;
      yield {
        path: formatPath([...at, "requests", "cpu"]),
        message: `"${name}" is scaled at ${workload.autoscaling.averageUtilization} % of the CPU that it requests, and it requests none: the autoscaler never does anything`,
        fix: 'add resources: { requests: { cpu: "…" } }',
      };
    }
  },
};
