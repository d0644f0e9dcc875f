import type { z } from "zod";
import type { Edge } from "./edge";
import { type Duration, durationSchema, parseDuration } from "./duration";
import type { PodSpec } from "./podSpec.gen";

/**
 * The termination of a pod, in seconds. First `preStop` delays SIGTERM, so that the application serves requests until
 * callers' proxies have removed the endpoint. Then the proxy drains requests in progress for at most `drain`. After
 * `gracePeriod` the pod is killed.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination
 */
export interface Termination {
  readonly preStop: number;
  readonly drain: number;
  readonly gracePeriod: number;
}

/** Drain duration for calls without a timeout and for connections, in milliseconds. */
const unlimited = 30_000;

/** Time until callers' proxies have removed the endpoint, in seconds. */
const preStopSeconds = 5;

/** Istio's `terminationDrainDuration` and Kubernetes' `terminationGracePeriodSeconds`, in seconds. */
export const terminationDefaults = { drain: 5, gracePeriod: 30 } as const;

export const drainSchema: z.ZodType<Duration> = durationSchema;

/** The longest timeout of the calls to a service, in milliseconds. 0 without calls. */
export function longestCall(incoming: readonly Edge[]): number {
  const waitedFor = incoming.filter(({ mirrored }) => !mirrored);
  return Math.max(0, ...waitedFor.map(({ timeout }) => timeout ?? unlimited));
}

/**
 * Resolves the termination of a service's pods: they drain for the longest timeout of the calls to it, unless the
 * catalog sets `drain`.
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
