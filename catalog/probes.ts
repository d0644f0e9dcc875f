import { z } from "zod";
import { type Duration, durationSchema, milliseconds, parseDuration } from "./duration";
import { type Port, portOf } from "./port";
import type { Shape } from "./shape";
import { typedTextOf } from "./text";

/**
 * What the kubelet asks of an application's container. Istio has it ask the agent beside the proxy instead, on port
 * 15020, whether the sidecar captures the probed port or not. The agent asks the application past mutual TLS and every
 * policy, and at the pod's address: who listens on localhost only doesn't answer.
 *
 * @see https://istio.io/latest/docs/ops/configuration/mesh/app-health-check/
 */
export interface ProbesDefinition {
  /**
   * Whether the pod gets traffic. Default: none; then it does as soon as its container runs, which may be before the
   * application listens.
   */
  readonly readiness?: ProbeDefinition;
  /** Whether the container must be started again. Default: none; then that happens only when its process ends. */
  readonly liveness?: ProbeDefinition;
  /** Whether the application has started; until then the other two wait. Default: none. */
  readonly startup?: ProbeDefinition;
}

/**
 * A question, and how often it is asked. What the port speaks decides which: on `grpc` the status of gRPC's health
 * checking protocol; on `http` and `http2` a GET of `path`; else whether the port takes a connection.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/pods/probes/
 */
export interface ProbeDefinition {
  /** Name of one of the service's ports. Default: its only port; required when it has several. */
  readonly port?: string;
  /**
   * Path of a GET in HTTP/1.1, which is well when it is answered with 200–399. On `http` and `http2` only.
   * Default: none; then it is asked whether the port takes a connection.
   */
  readonly path?: `/${string}`;
  /** Time from one question to the next, in whole seconds. Default: 10s, as in Kubernetes. */
  readonly period?: Duration;
  /** How long an answer may take, in whole seconds. Default: 1s, as in Kubernetes. */
  readonly timeout?: Duration;
  /** After how many failures in a row it counts as failed. Default: 3, as in Kubernetes. */
  readonly failureThreshold?: number;
}

/** Probes with their defaults resolved. */
export type Probes = { readonly [Kind in keyof ProbesDefinition]: Probe };

/** A probe with its defaults resolved; times in milliseconds, of whole seconds. */
export interface Probe {
  readonly port: Port;
  readonly path?: string;
  readonly period: number;
  readonly timeout: number;
  readonly failureThreshold: number;
}

const secondsSchema = durationSchema.refine((duration) => (parseDuration(duration) ?? 0) % 1_000 === 0, {
  params: { fix: 'write whole seconds, such as "10s" or "1m": Kubernetes knows no parts of them' },
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
