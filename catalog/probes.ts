import { z } from "zod";
import { type Duration, durationSchema, milliseconds, parseDuration } from "./duration";
import { type Port, portOf } from "./port";
import type { Shape } from "./shape";
import { typedTextOf } from "./text";

/**
 * Probes of an application's container. Istio rewrites them to the agent beside the proxy, on port 15020, whether or
 * not the sidecar captures the probed port. The agent sends the probe to the pod's address without mutual TLS, and no
 * policy applies. An application that only listens on localhost does not answer it.
 *
 * @see https://istio.io/latest/docs/ops/configuration/mesh/app-health-check/
 */
export interface ProbesDefinition {
  /**
   * Whether the pod receives traffic. Default: none. The pod then receives traffic as soon as its container runs, which
   * may be before the application listens.
   */
  readonly readiness?: ProbeDefinition;
  /**
   * Whether the container must be restarted. Default: none. The container is then restarted only when its process ends.
   */
  readonly liveness?: ProbeDefinition;
  /** Whether the application has started. Until then the other two probes are not sent. Default: none. */
  readonly startup?: ProbeDefinition;
}

/**
 * A probe. The port's protocol determines its kind: gRPC health checking for `grpc`, a GET request of `path` for `http`
 * and `http2`, otherwise a TCP connection.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/pods/probes/
 */
export interface ProbeDefinition {
  /** Name of a port of the service. Default: its only port. Required if it has several. */
  readonly port?: string;
  /**
   * HTTP path to probe. A status from 200 to 399 counts as success. For `http` and `http2` only. Default: none; the
   * probe opens a TCP connection then.
   */
  readonly path?: `/${string}`;
  /** Interval of the probe, in whole seconds. Default: 10s, as in Kubernetes. */
  readonly period?: Duration;
  /** Timeout of the probe, in whole seconds. Default: 1s, as in Kubernetes. */
  readonly timeout?: Duration;
  /** Number of consecutive failures after which the probe counts as failed. Default: 3, as in Kubernetes. */
  readonly failureThreshold?: number;
}

/** Probes with their defaults resolved. */
export type Probes = { readonly [Kind in keyof ProbesDefinition]: Probe };

/** A probe with its defaults resolved. Times are in milliseconds, multiples of a second. */
export interface Probe {
  readonly port: Port;
  readonly path?: string;
  readonly period: number;
  readonly timeout: number;
  readonly failureThreshold: number;
}

const secondsSchema = durationSchema.refine((duration) => (parseDuration(duration) ?? 0) % 1_000 === 0, {
  params: { fix: 'write whole seconds, such as "10s" or "1m", as Kubernetes requires' },
});

const probeSchema: z.ZodType<ProbeDefinition> = z.strictObject({
  port: z.string().optional(),
  path: typedTextOf<`/${string}`>(/^\/\S*$/, 'write an absolute path, such as "/ready"').optional(),
  period: secondsSchema.optional(),
  timeout: secondsSchema.optional(),
  failureThreshold: z.int().min(1).optional(),
} satisfies Shape<ProbeDefinition>);

export const probesSchema: z.ZodType<ProbesDefinition> = z.strictObject({
  readiness: probeSchema.optional(),
  liveness: probeSchema.optional(),
  startup: probeSchema.optional(),
} satisfies Shape<ProbesDefinition>);

/** @param service whose probes they are. @param ports those of the service. */
export function normalizeProbes(
  service: string,
  { readiness, liveness, startup }: ProbesDefinition,
  ports: readonly Port[],
): Probes {
  const normalized = (probe: ProbeDefinition): Probe => normalizeProbe(service, probe, ports);
  return {
    ...(readiness && { readiness: normalized(readiness) }),
    ...(liveness && { liveness: normalized(liveness) }),
    ...(startup && { startup: normalized(startup) }),
  };
}

function normalizeProbe(
  service: string,
  { port: name, path, period = "10s", timeout = "1s", failureThreshold = 3 }: ProbeDefinition,
  ports: readonly Port[],
): Probe {
  const port = portOf(ports, name);
  if (!port) throw new Error(`services.${service}.workload.probes: it has no port "${name ?? ""}"`);
  return {
    port,
    ...(path !== undefined && { path }),
    period: milliseconds(period),
    timeout: milliseconds(timeout),
    failureThreshold,
  };
}
