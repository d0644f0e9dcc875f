import { type Field, UNKNOWN } from "./field";
import type { KubernetesResource } from "./resource";

/**
 * Whether two of Istio's security objects may apply to the same workloads. Objects in a root namespace apply to all
 * namespaces. Two selectors exclude each other only if they have different values for one label. Two lists of target
 * references do if they have none in common.
 */
export function mayOverlap(
  one: KubernetesResource,
  other: KubernetesResource,
  roots: ReadonlySet<string>,
): boolean {
  const [a, b] = [one.namespace, other.namespace];
  const meets = a === b || a === undefined || b === undefined || roots.has(a) || roots.has(b);
  if (!meets) return false;
  const [targets, others] = [targetRefs(one), targetRefs(other)];
  // Whether pods of a target have the labels of a selector is not known.
  if (targets.length === 0 || others.length === 0) {
    return targets.length + others.length > 0 || agree(matchLabels(one), matchLabels(other));
  }
  return targets.some((target) => others.some((counterpart) => isSameTarget(target, counterpart)));
}

/** The objects that an Istio object applies to instead of the pods that it selects. */
export function targetRefs({ fields }: KubernetesResource): Field[] {
  const list = fields.at("spec", "targetRefs").children();
  const single = fields.at("spec", "targetRef");
  return list.length > 0 || !single.isSet ? list : [single];
}

function isSameTarget(one: Field, other: Field): boolean {
  return ["kind", "name"].every((key) => {
    const [value, counterpart] = [one.at(key).value, other.at(key).value];
    return value === counterpart || value === UNKNOWN || counterpart === UNKNOWN;
  });
}

/** The labels by which an Istio object selects its workloads. */
export function matchLabels({ fields }: KubernetesResource): Field {
  return fields.at("spec", "selector", "matchLabels");
}

/** Whether a selector matches a pod with these labels. */
export function selects(selector: Field, podLabels: Field): boolean {
  return selector.children().every((label) => label.value === podLabels.at(label.key).value);
}

function agree(one: Field, other: Field): boolean {
  return one.children().every((label) => {
    const counterpart = other.at(label.key);
    return !counterpart.isSet || counterpart.value === label.value;
  });
}
