import { formatDuration, formatPath, type Probe } from "../../catalog";
import type { MeshRule } from "../rule";
import { base, http } from "./example";

const living = (failureThreshold: number): object => ({
  ...base,
  services: {
    web: {
      ports: { http },
      workload: {
        image: "web:1",
        probes: { readiness: { path: "/health" }, liveness: { path: "/health", failureThreshold } },
      },
    },
  },
});

/**
 * A pod that is only busy gets better without traffic, which it can't show when it is started again at once; and the
 * others, which take its traffic over, are started again next.
 *
 * @see https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/
 */
export const livenessLater: MeshRule = {
  code: "MW907",
  severity: "warning",
  title: "A pod is taken out of traffic before it is started again for the same answer",
  stage: "mesh",
  examples: { wrong: living(3), right: living(6) },
  *check({ services }) {
    for (const { name, workloads } of services) {
      const { readiness, liveness } = workloads[0]?.probes ?? {};
      if (!readiness || !liveness) continue;
      if (readiness.port.name !== liveness.port.name || readiness.path !== liveness.path) continue;
      if (patience(liveness) > patience(readiness)) continue;
      yield {
        path: formatPath(["services", name, "workload", "probes", "liveness"]),
        message: `both probes of "${name}" ask the same: it is started again after ${formatDuration(patience(liveness))} of failures, and taken out of traffic after ${formatDuration(patience(readiness))}`,
        fix: `set failureThreshold to at least ${Math.floor(patience(readiness) / liveness.period) + 1}, or ask something that only a restart mends`,
      };
    }
  },
};

/** Milliseconds from the first failure on until it has consequences. */
function patience({ period, failureThreshold }: Probe): number {
  return period * failureThreshold;
}
