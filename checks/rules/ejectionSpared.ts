import { fewestPods, formatPath, normalizeWorkloads } from "../../catalog";
import type { DefinitionRule } from "../rule";
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

export const ejectionSpared: DefinitionRule = {
  code: "MW508",
  severity: "warning",
  title: `In production a service with outlier detection of its own runs at least ${least} pods`,
  stage: "definition",
  examples: { wrong: running(2), right: running(3) },
  *check({ environment, services }, isWritten) {
    if (environment === undefined ? isWritten("environment") : environment !== "prod") return;
    for (const [name, { circuitBreaker, workload, versions = {} }] of Object.entries(services)) {
      if (!circuitBreaker?.outlierDetection || !workload) continue;
      // Only the pods count; a port that a probe names may not be declared yet.
      const pods = normalizeWorkloads(name, { ...workload, probes: {} }, versions, {}, [])
        .map(fewestPods)
        .reduce((sum, count) => sum + count, 0);
      if (pods >= least) continue;
      yield {
        path: formatPath(["services", name, "workload", "replicas"]),
        message:
          pods < 2
            ? `"${name}" has ${pods === 1 ? "one pod" : "no pods"}: there is none to take over what outlier detection ejects`
            : `of ${pods} pods of "${name}" outlier detection may eject one: the other takes twice its load`,
        fix: `run at least ${least}, or leave outlierDetection out`,
      };
    }
  },
};
