import { formatDuration, formatPath, parsePath, type Workload } from "../../catalog";
import type { MeshRule } from "../rule";
import { webAndApi } from "./example";

const limited = (requests: number): object =>
  webAndApi(
    {},
    {
      load: { rps: 500, p99: "200ms", callers: 2 },
      rateLimit: { requests, per: "1s" },
      workload: { image: "api:1", replicas: 4 },
    },
  );

export const rateLimitCarriesLoad: MeshRule = {
  code: "MW705",
  severity: "warning",
  title: "A rate limit lets the declared load through",
  stage: "mesh",
  examples: { wrong: limited(100), right: limited(200) },
  *check({ services }, hasFailed) {
    for (const { name, path, load, rateLimit, workloads } of services) {
      const pods = workloads.map(mostPods).reduce((sum, count) => sum + count, 0);
      if (!load || !rateLimit || pods === 0 || hasFailed(`${path}.workload`)) continue;
      const allowed = (rateLimit.requests * 1000 * pods) / rateLimit.per;
      if (allowed >= load.rps) continue;
      yield {
        path: formatPath([...parsePath(path), "rateLimit", "requests"]),
        message: `${pods} ${pods === 1 ? "pod" : "pods"} of "${name}" take ${rateLimit.requests} requests in ${formatDuration(rateLimit.per)} each, ${allowed} in a second together, and its load is ${load.rps}: the rest is answered with 429`,
        fix: `set it to at least ${Math.ceil((load.rps * rateLimit.per) / (1000 * pods))}, or correct the load`,
      };
    }
  },
};

function mostPods({ replicas, autoscaling }: Workload): number {
  return autoscaling?.maxReplicas ?? replicas;
}
