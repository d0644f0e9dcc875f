import { formatPath, longestCall, runsOnce, type Workload } from "../../catalog";
import { pages } from "../pages";
import type { MeshRule, Text } from "../rule";
import { webAndApi } from "./example";

const draining = (seconds: number): object =>
  webAndApi(
    {},
    {
      resilience: { timeout: "60s" },
      workload: { image: "api:1", pod: { terminationGracePeriodSeconds: seconds } },
    },
  );

export const shortDrain = (service: string, drain: number, longest: number): Text => ({
  message: `the pods of "${service}" drain for ${drain}s, and a call to it may take ${longest}s: a rollout aborts such calls`,
  fix: `set it to at least ${longest}s, or omit it`,
});

export const shortGracePeriod = (
  service: string,
  { gracePeriod, preStop, drain }: Workload["termination"],
): Text => ({
  message: `the pods of "${service}" are killed after ${gracePeriod}s, and need ${preStop}s for preStop and ${drain}s to drain: a rollout aborts calls`,
  fix: `set it to at least ${preStop + drain}, or omit it`,
});

export const drainFits: MeshRule = {
  code: "MW344",
  severity: "warning",
  title: "A pod has time to finish the longest call to it",
  why: [
    "When a pod terminates, its proxy drains open requests for the drain duration; the kubelet kills the pod after its grace period.",
    "If either is shorter than the longest timeout of a call, every rollout aborts slow requests.",
  ],
  see: pages.kubernetesPodLifecycle,
  suppress: "aborted calls are retried, or their results may be lost.",
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
            ...shortDrain(name, drain, longest),
          };
        }
        if (gracePeriod < preStop + drain) {
          yield {
            path: formatPath(["services", name, "workload", "pod", "terminationGracePeriodSeconds"]),
            ...shortGracePeriod(name, workload.termination),
          };
        }
      }
    }
  },
};
