import { overrideEffects, type OverrideEffect } from "../overrideEffects";
import { pages } from "../pages";
import type { ObjectRule, Text } from "../rule";
import { webAndApi } from "./example";
import { fieldsAt, fieldsOf } from "../../effect/field";

const image = "registry.example.com/api:1.0.0";
const overriding = (replicas: number): object => ({
  ...webAndApi({}, { workload: { image, replicas: 3 } }),
  overrides: { Deployment: { "shop/api": { spec: { replicas } } } },
});

export const none = (target: string): Text => ({
  message: `the override leaves no pods for requests to ${target}, so all of them fail`,
  fix: "keep at least one replica, or suppress this with the reason",
});

export const fewer = (field: string, before: number, after: number): Text => ({
  message: `with the override, fewer pods run than the catalog says: ${field} ${before} becomes ${after}`,
  fix: "set it in the catalog, where checks read it, or suppress this with the reason",
});

export const overrideReplicas: ObjectRule = {
  code: "MW371",
  severity: "warning",
  title: "Overrides run as many pods as the catalog says",
  why: [
    "A host or version without pods has no healthy endpoint, so Envoy answers its requests with 503 and the flag UH.",
    "Fewer pods carry less load, and checks compare limits and rates with the catalog's number.",
  ],
  see: pages.kubernetesAutoscaling,
  suppress: "another tool scales the pods, or nothing is lost while they are missing.",
  stage: "objects",
  examples: { wrong: overriding(0), right: overriding(4) },
  *check(mesh, rendered, hasFailed) {
    // An invalid value may be what the object is rendered from.
    if (hasFailed("")) return;
    for (const effect of overrideEffects(mesh, rendered)) {
      // MW369 reports numbers that contradict each other.
      if (effect.refused.length > 0) continue;
      const { path, receivers } = effect;
      const [idle] = receivers.filter(({ after, idle: own }) => after.length === 0 && own.length > 0);
      const [less] = lowered(effect);
      if (idle) yield { path, ...none(idle.target) };
      else if (less) yield { path, ...fewer(...less) };
    }
  },
};

const fields = ["replicas", "minReplicas", "maxReplicas", "completions", "parallelism"];

/** The numbers of pods that the override lowers. A version that receives no requests may have fewer. */
function lowered({ objects, isReceiving }: OverrideEffect): [field: string, before: number, after: number][] {
  if (!objects || !isReceiving) return [];
  const [old, now] = objects.map(({ kind, spec }) =>
    kind === "CronJob" ? fieldsAt(spec, "jobTemplate", "spec") : fieldsOf(spec),
  );
  return fields.flatMap((field): [string, number, number][] => {
    const [before, after] = [old?.[field], now?.[field] ?? 1];
    return typeof before === "number" && typeof after === "number" && after < before
      ? [[field, before, after]]
      : [];
  });
}
