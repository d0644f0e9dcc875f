import { fieldsAt, fieldsOf, numberAt, textAt } from "./field";
import { type Model, objectsOf } from "./model";
import type { KnownObject } from "./object";
import { isServed } from "./receiverChanges";
import { autoscalerOf, fewestPodsOf, podsAt, scales } from "./scale";
import { selectionOf } from "./selection";
import { type Workload, workloadsSelected } from "./workload";

/**
 * Returns how an object interrupts the pods of a Service, one text for each. A rollout can end all of them at once. A budget
 * can let all of them be evicted, or none. A number of replicas can replace that of an autoscaler.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/pods/disruptions/
 */
export function interruptions(model: Model, object: KnownObject): string[] {
  switch (object.kind) {
    case "Deployment":
      return serves(model, object) ? [...byRollout(model, object), ...byScale(model, object)] : [];
    case "StatefulSet":
      return serves(model, object) ? byUpdate(model, object) : [];
    case "PodDisruptionBudget":
      return byBudget(model, object);
    default:
      return [];
  }
}

/** Returns the workloads that an autoscaler scaled or a budget protected, and that it does not any more, one text for each. */
export function released(model: Model, before: KnownObject, after: KnownObject): string[] {
  const now = new Set(coveredBy(model, after));
  const verb = before.kind === "PodDisruptionBudget" ? "protects" : "scales";
  return coveredBy(model, before)
    .filter((name) => !now.has(name))
    .map((name) => `it no longer ${verb} the pods of ${name}`);
}

function coveredBy({ workloads }: Model, object: KnownObject): string[] {
  const { kind, namespace } = object;
  const covered =
    kind === "PodDisruptionBudget"
      ? workloadsSelected(workloads, selectionOf(object).labels, namespace)
      : kind === "HorizontalPodAutoscaler"
        ? workloads.filter(
            ({ from, name, namespace: own }) =>
              from !== undefined && scales(object, { kind: from.kind, namespace: own, name }),
          )
        : [];
  return covered.map((one) => `${one.namespace}/${one.name}`);
}

/** Whether a Service selects the pods of an object. */
function serves(model: Model, { kind, namespace, name }: KnownObject): boolean {
  return model.workloads.some(
    (one) =>
      one.from?.kind === kind && one.namespace === namespace && one.name === name && isServed(model, one),
  );
}

function byRollout(model: Model, object: KnownObject): string[] {
  const strategy = fieldsAt(object.spec, "strategy");
  if (textAt(strategy, "type") === "Recreate") {
    return ["a rollout ends all pods before new ones start (strategy Recreate)"];
  }
  return endingAll(model, object, fieldsAt(strategy, "rollingUpdate"));
}

function byUpdate(model: Model, object: KnownObject): string[] {
  return endingAll(model, object, fieldsAt(object.spec, "updateStrategy", "rollingUpdate"));
}

function endingAll(model: Model, object: KnownObject, update: unknown): string[] {
  const pods = fewestPodsOf(model, object, object.spec);
  const ended = podsAt(update, "maxUnavailable", pods, Math.floor) ?? 0;
  return pods > 0 && ended >= pods
    ? [`a rollout may end all pods at once (maxUnavailable ${valueAt(update, "maxUnavailable")})`]
    : [];
}

/** A number beside an autoscaler is set again by each deployment. */
function byScale(model: Model, object: KnownObject): string[] {
  const replicas = numberAt(object.spec, "replicas") ?? 0;
  return replicas > 0 && autoscalerOf(model, object) !== undefined
    ? [`each deployment resets what the autoscaler has chosen to ${replicas} replicas`]
    : [];
}

function byBudget(model: Model, budget: KnownObject): string[] {
  const { spec, namespace } = budget;
  const selected = workloadsSelected(model.workloads, selectionOf(budget).labels, namespace);
  const pods = selected.map((one) => podsOf(model, one)).reduce((sum, count) => sum + count, 0);
  if (pods === 0) return [];
  const most = podsAt(spec, "maxUnavailable", pods, Math.ceil);
  const fewest = podsAt(spec, "minAvailable", pods, Math.ceil);
  // Without both, the disruption controller lets no pod be evicted.
  const evicted = most ?? (fewest === undefined ? 0 : pods - fewest);
  const field = most === undefined ? "minAvailable" : "maxUnavailable";
  const value = (most ?? fewest) === undefined ? "no minAvailable" : `${field} ${valueAt(spec, field)}`;
  const of = `${value}, ${pods} ${pods === 1 ? "pod" : "pods"}`;
  if (evicted <= 0) return [`no pod may be evicted, so no node with one can be drained (${of})`];
  return pods > 1 && evicted >= pods ? [`all pods may be evicted at once (${of})`] : [];
}

function podsOf(model: Model, { from }: Workload): number {
  const object =
    from &&
    objectsOf(model, from.kind, "apps").find(
      ({ namespace, name }) => namespace === from.namespace && name === from.name,
    );
  return object ? fewestPodsOf(model, object, object.spec) : 0;
}

function valueAt(value: unknown, key: string): string {
  const own = fieldsOf(value)[key];
  return typeof own === "string" || typeof own === "number" ? String(own) : "not set";
}
