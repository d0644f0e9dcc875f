import { formatDuration, formatPath, parsePath, type Workload } from "../../catalog";
import { pages } from "../pages";
import type { MeshRule, Text } from "../rule";
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

interface Limited {
  readonly pods: number;
  readonly requests: number;
  /** Interval in milliseconds. */
  readonly per: number;
  readonly rps: number;
}

export const text = (service: string, { pods, requests, per, rps }: Limited): Text => ({
  message: `${pods} ${pods === 1 ? "pod" : "pods"} of "${service}" accept ${requests} requests in ${formatDuration(per)} each, together ${(requests * 1000 * pods) / per} per second, below the load of ${rps} per second: the rest gets 429`,
  fix: `set it to at least ${Math.ceil((rps * per) / (1000 * pods))}, or correct the load`,
});

export const rateLimitCarriesLoad: MeshRule = {
  code: "MW705",
  severity: "warning",
  title: "A rate limit allows the declared load",
  why: [
    "A local rate limit applies to each pod, so the pods together accept the limit times their number.",
    "If that is less than `load.rps`, requests of normal operation are answered with 429.",
  ],
  see: pages.istioRateLimit,
  suppress: "requests above the limit are to be rejected although they are expected.",
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
        ...text(name, { pods, requests: rateLimit.requests, per: rateLimit.per, rps: load.rps }),
      };
    }
  },
};

function mostPods({ replicas, autoscaling }: Workload): number {
  return autoscaling?.maxReplicas ?? replicas;
}
