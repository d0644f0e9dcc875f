import { fieldsOf, numberAt, textAt, fieldsAt } from "./field";
import { type Model, objectsOf } from "./model";
import type { KnownObject, ObjectName } from "./object";

/**
 * Returns the fewest pods that an object runs: its autoscaler's minimum, or else its own number. Kubernetes' default of both is 1.
 * An object with `replicas: 0` has none, whatever its autoscaler says.
 *
 * @param spec of the object.
 * @see https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/#implicit-maintenance-mode-deactivation
 */
export function fewestPodsOf(model: Model, name: ObjectName, spec: unknown): number {
  const own = numberAt(spec, "replicas");
  if (own === 0) return 0;
  const autoscaler = autoscalerOf(model, name);
  return autoscaler === undefined ? (own ?? 1) : (numberAt(autoscaler.spec, "minReplicas") ?? 1);
}

/** The autoscaler of an object that creates pods. */
export function autoscalerOf(
  model: Model,
  { kind, namespace, name }: ObjectName,
): { readonly spec: unknown } | undefined {
  return objectsOf(model, "HorizontalPodAutoscaler", "autoscaling").find((one) =>
    scales(one, { kind, namespace, name }),
  );
}

/** Whether an autoscaler scales an object. */
export function scales(
  autoscaler: Pick<KnownObject, "namespace" | "spec">,
  { kind, namespace, name }: Pick<ObjectName, "kind" | "namespace" | "name">,
): boolean {
  const target = fieldsAt(autoscaler.spec, "scaleTargetRef");
  return (
    autoscaler.namespace === namespace && textAt(target, "kind") === kind && textAt(target, "name") === name
  );
}

/** A number or a percentage of pods, as Kubernetes resolves it. Undefined for other values. */
export function podsAt(
  value: unknown,
  key: string,
  total: number,
  round: (count: number) => number,
): number | undefined {
  const own = fieldsOf(value)[key];
  if (typeof own === "number") return own;
  const percent = typeof own === "string" ? /^(\d+)%$/.exec(own)?.[1] : undefined;
  return percent === undefined ? undefined : round((Number(percent) * total) / 100);
}
