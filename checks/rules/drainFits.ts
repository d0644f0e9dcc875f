import { formatPath, longestCall, runsOnce } from "../../catalog";
import type { MeshRule } from "../rule";
import { webAndApi } from "./example";

const draining = (seconds: number): object =>
  webAndApi(
    {},
    {
      resilience: { timeout: "60s" },
      workload: { image: "api:1", pod: { terminationGracePeriodSeconds: seconds } },
    },
  );

export const drainFits: MeshRule = {
  code: "MW344",
  severity: "warning",
  title: "A pod has time to finish the longest call to it",
  stage: "mesh",
  examples: { wrong: draining(30), right: draining(65) },
  *check({ services }) {
    for (const { name, workloads, incoming } of services) {
      const longest = Math.ceil(longestCall(incoming) / 1_000);
      const seen = new Set<string>();
      for (const workload of workloads) {
        const { preStop, drain, gracePeriod } = workload.termination;
        const key = JSON.stringify(workload.termination);
        if (runsOnce(workload) || seen.has(key)) continue;
        seen.add(key);
        if (drain < longest) {
          yield {
            path: formatPath(["services", name, "workload", "drain"]),
            message: `the pods of "${name}" drain for ${drain}s, and a call to it may take ${longest}s: a rollout cuts it off`,
            fix: `set it to at least ${longest}s, or leave it out`,
          };
        }
        if (gracePeriod < preStop + drain) {
          yield {
            path: formatPath(["services", name, "workload", "pod", "terminationGracePeriodSeconds"]),
            message: `the pods of "${name}" are killed after ${gracePeriod}s, and need ${preStop}s before they stop and ${drain}s to drain: a rollout cuts calls off`,
            fix: `set it to at least ${preStop + drain}, or leave it out`,
          };
        }
      }
    }
  },
};
