import type { z } from "zod";
import type { Edge } from "./edge";
import { type Duration, durationSchema, parseDuration } from "./duration";
import type { PodSpec } from "./podSpec.gen";

/**
 * The end of a pod, in seconds. First `preStop` delays SIGTERM: the application goes on serving until callers' proxies no
 * longer send requests to the pod. Then requests in progress end, for at most `drain`. After `gracePeriod` the pod is killed.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination
 */
export interface Termination {
  readonly preStop: number;
  readonly drain: number;
  readonly gracePeriod: number;
}

/** The drain of calls that have no limit, or of connections. */
const unlimited = 30_000;

/** Time that callers' proxies get to learn that the pod takes no more requests, in seconds. */
const preStopSeconds = 5;

/** Istio's `terminationDrainDuration` and Kubernetes' `terminationGracePeriodSeconds`, in seconds. */
export const terminationDefaults = { drain: 5, gracePeriod: 30 } as const;

export const drainSchema: z.ZodType<Duration> = durationSchema;

/** The longest call to a service, in milliseconds; 0 where nothing calls it. */
export function longestCall(incoming: readonly Edge[]): number {
  const waitedFor = incoming.filter(({ mirrored }) => !mirrored);
  return Math.max(0, ...waitedFor.map(({ timeout }) => timeout ?? unlimited));
}

/**
 * How the pods of a service end: they drain for as long as the longest call to it may take, unless the catalog says how
 * long.
 */
export function normalizeTermination(
  service: string,
  drain: Duration | undefined,
  incoming: readonly Edge[],
  pod: PodSpec,
): Termination {
  const longest = (drain === undefined ? undefined : parseDuration(drain)) ?? longestCall(incoming);
  const seconds = Math.ceil(longest / 1_000);
  const own = pod.containers?.find(({ name }) => name === service)?.lifecycle?.preStop;
  const preStop = own ? (own.sleep?.seconds ?? 0) : incoming.length > 0 ? preStopSeconds : 0;
  const needed = preStop + Math.max(seconds, terminationDefaults.drain);
  return {
    preStop,
    drain: Math.max(seconds, terminationDefaults.drain),
    gracePeriod: pod.terminationGracePeriodSeconds ?? Math.max(needed, terminationDefaults.gracePeriod),
  };
}
