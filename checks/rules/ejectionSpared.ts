import { fewestPods, formatPath, normalizeWorkloads } from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { webAndApi } from "./example";

const least = 3;
const running = (replicas: number): object =>
  webAndApi(
    {},
    {
      circuitBreaker: { outlierDetection: { consecutive5xxErrors: 3 } },
      workload: { image: "api:1", replicas },
    },
  );

export const text = (service: string, pods: number): Text => ({
  message:
    pods < 2
      ? `"${service}" has ${pods === 1 ? "one pod" : "no pods"}: no other pod can take over after an ejection`
      : `outlier detection may eject one of the ${pods} pods of "${service}": the other then has twice its load`,
  fix: `run at least ${least}, or omit outlierDetection`,
});

export const ejectionSpared: DefinitionRule = {
  code: "MW508",
  severity: "warning",
  title: `In production, a service with its own outlier detection runs at least ${least} pods`,
  why: [
    "Outlier detection removes endpoints from load balancing, so the remaining pods must carry their load.",
    "With two pods, one ejection doubles the load of the other; with one pod, no other can take over.",
  ],
  see: pages.outlierDetection,
  suppress: "one pod can carry the whole load.",
  stage: "definition",
  examples: { wrong: running(2), right: running(3) },
  *check({ environment, services }, isWritten) {
    if (environment === undefined ? isWritten("environment") : environment !== "prod") return;
    for (const [name, { circuitBreaker, workload, versions = {} }] of Object.entries(services)) {
      if (!circuitBreaker?.outlierDetection || !workload) continue;
      // Only the number of pods matters. A probe may name an undeclared port.
      const pods = normalizeWorkloads(name, { ...workload, probes: {} }, versions, {}, [])
        .map(fewestPods)
        .reduce((sum, count) => sum + count, 0);
      if (pods >= least) continue;
      yield {
        path: formatPath(["services", name, "workload", "replicas"]),
        ...text(name, pods),
      };
    }
  },
};
