import { formatDuration, formatPath, type Probe } from "../../catalog";
import { pages } from "../pages";
import type { MeshRule, Text } from "../rule";
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

interface Restarted {
  /** Milliseconds of failures until the restart. */
  readonly liveness: number;
  /** Milliseconds of failures until the pod is unready. */
  readonly readiness: number;
  /** The liveness probe's, in milliseconds. */
  readonly period: number;
}

export const text = (service: string, { liveness, readiness, period }: Restarted): Text => ({
  message: `both probes of "${service}" send the same request: the pod restarts after ${formatDuration(liveness)} of failures, and becomes unready after ${formatDuration(readiness)}`,
  fix: `set failureThreshold to at least ${Math.floor(readiness / period) + 1}, or probe what only a restart fixes`,
});

export const livenessLater: MeshRule = {
  code: "MW907",
  severity: "warning",
  title: "A pod becomes unready before it is restarted for the same response",
  why: [
    "A failed readiness probe removes the pod from load balancing, which lets an overloaded pod recover.",
    "If the same response also fails the liveness probe at that time, the pod restarts instead, and its load moves to the others.",
  ],
  see: pages.kubernetesProbes,
  suppress: "the endpoint only fails when a restart is the right reaction.",
  stage: "mesh",
  examples: { wrong: living(3), right: living(6) },
  *check({ services }) {
    for (const { name, workloads } of services) {
      const { readiness, liveness } = workloads[0]?.probes ?? {};
      if (!readiness || !liveness) continue;
      if (readiness.port.name !== liveness.port.name || readiness.path !== liveness.path) continue;
      if (durationOf(liveness) > durationOf(readiness)) continue;
      yield {
        path: formatPath(["services", name, "workload", "probes", "liveness"]),
        ...text(name, {
          liveness: durationOf(liveness),
          readiness: durationOf(readiness),
          period: liveness.period,
        }),
      };
    }
  },
};

/** Milliseconds from the first failure until the probe counts as failed. */
function durationOf({ period, failureThreshold }: Probe): number {
  return period * failureThreshold;
}
