import { parse } from "yaml";
import {
  longestCall,
  type Mesh,
  parseDuration,
  runsOnce,
  type Termination,
  terminationDefaults,
} from "../../catalog";
import { type KnownObject, podTemplateOf } from "../../effect";
import { fieldsAt, fieldsOf, has, listAt, numberAt, textAt, textsByName } from "../../effect/field";
import { overrideEffects, type OverrideEffect } from "../overrideEffects";
import { pages } from "../pages";
import type { ObjectRule, Text } from "../rule";
import { webAndApi } from "./example";

const image = "registry.example.com/api:1.0.0";
const overriding = (terminationGracePeriodSeconds: number): object => ({
  ...webAndApi({}, { resilience: { timeout: "60s" }, workload: { image } }),
  overrides: {
    Deployment: { "shop/api": { spec: { template: { spec: { terminationGracePeriodSeconds } } } } },
  },
});

export const killed = (service: string, gracePeriod: number, needed: number): Text => ({
  message: `with the override, the pods of "${service}" are killed after ${gracePeriod}s, and need ${needed}s to end: a rollout aborts calls`,
  fix: `set terminationGracePeriodSeconds to at least ${needed}, or remove it`,
});

export const drainShorter = (service: string, drain: number, longest: number): Text => ({
  message: `with the override, the proxies of "${service}" drain for ${drain}s, and a call may take ${longest}s: a rollout aborts such calls`,
  fix: `set terminationDrainDuration to at least ${longest}s, or keep the annotation`,
});

export const preStopShorter = (service: string, before: number, after: number): Text => ({
  message: `with the override, preStop of "${service}" waits for ${after}s instead of ${before}s: callers send requests to pods that have ended`,
  fix: "repeat lifecycle.preStop of the rendered container in the override",
});

export const overrideTermination: ObjectRule = {
  code: "MW373",
  severity: "warning",
  title: "Overrides leave pods the time to finish their calls",
  why: [
    "The catalog derives preStop, the drain duration and the grace period from the timeouts of the calls to a service.",
    "If one of them becomes shorter, every rollout aborts requests, or sends them to pods that have ended.",
  ],
  see: pages.kubernetesPodLifecycle,
  suppress: "aborted calls are retried, or their results may be lost.",
  stage: "objects",
  examples: { wrong: overriding(10), right: overriding(120) },
  *check(mesh, rendered, hasFailed) {
    // An invalid value may be what the object is rendered from.
    if (hasFailed("")) return;
    for (const effect of overrideEffects(mesh, rendered)) {
      // MW369 reports a preStop that is longer than the grace period.
      const [found] = effect.refused.length > 0 ? [] : shortened(mesh, effect);
      if (found) yield { path: effect.path, ...found };
    }
  },
};

function shortened(mesh: Mesh, { objects }: OverrideEffect): Text[] {
  if (!objects) return [];
  const [old, now] = objects;
  const service = mesh.services.find(
    ({ namespace, workloads }) =>
      namespace === now.namespace &&
      workloads.some((one) => one.kind === now.kind && one.name === now.name && !runsOnce(one)),
  );
  if (!service) return [];
  const { name } = service;
  const before = terminationOf(old, name, 0);
  const after = terminationOf(now, name, before.preStop);
  const longest = Math.min(Math.ceil(longestCall(service.incoming) / 1_000), before.drain);
  const needed = ({ preStop, drain }: Termination): number => preStop + Math.min(drain, before.drain);
  const isKilled = (one: Termination): boolean => one.gracePeriod < needed(one);
  return [
    ...(isKilled(after) && !isKilled(before) ? [killed(name, after.gracePeriod, needed(after))] : []),
    ...(after.drain < longest ? [drainShorter(name, after.drain, longest)] : []),
    ...(after.preStop < before.preStop ? [preStopShorter(name, before.preStop, after.preStop)] : []),
  ];
}

/**
 * The termination of an object's pods.
 *
 * @param unknown seconds of a preStop other than `sleep`.
 */
function terminationOf(object: KnownObject, container: string, unknown: number): Termination {
  const template = podTemplateOf(object);
  const spec = fieldsAt(template, "spec");
  const own = listAt(spec, "containers").find((one) => textAt(one, "name") === container);
  const preStop = fieldsAt(own, "lifecycle", "preStop");
  const isOther = ["exec", "httpGet", "tcpSocket"].some((key) => has(preStop, key));
  const annotation = textsByName(fieldsAt(template, "metadata"), "annotations")["proxy.istio.io/config"];
  return {
    preStop: isOther ? unknown : (numberAt(fieldsAt(preStop, "sleep"), "seconds") ?? 0),
    drain: drainIn(annotation),
    gracePeriod: numberAt(spec, "terminationGracePeriodSeconds") ?? terminationDefaults.gracePeriod,
  };
}

/** Seconds in the annotation with the proxy's configuration. */
function drainIn(annotation: string | undefined): number {
  try {
    const drain = textAt(fieldsOf(parse(annotation ?? "")), "terminationDrainDuration");
    return (
      ((drain === undefined ? undefined : parseDuration(drain)) ?? terminationDefaults.drain * 1_000) / 1_000
    );
  } catch {
    return terminationDefaults.drain;
  }
}
