import type { Field } from "./field";
import type { KubernetesResource } from "./resource";

/**
 * Whether two of Istio's security objects may be for the same workloads: by namespace, where those of a root namespace
 * are for all, and by labels, which only exclude each other if they give one key two values.
 */
export function mayOverlap(
  one: KubernetesResource,
  other: KubernetesResource,
  roots: ReadonlySet<string>,
): boolean {
  const [a, b] = [one.namespace, other.namespace];
  const meets = a === b || a === undefined || b === undefined || roots.has(a) || roots.has(b);
  return meets && agree(matchLabels(one), matchLabels(other));
}

/** The labels by which an Istio object selects its workloads. */
export function matchLabels({ fields }: KubernetesResource): Field {
  return fields.at("spec", "selector", "matchLabels");
}

/** Whether the object, which selects by these labels, is for a pod with those. */
export function selects(selector: Field, podLabels: Field): boolean {
  return selector.children().every((label) => label.value === podLabels.at(label.key).value);
}

function agree(one: Field, other: Field): boolean {
  return one.children().every((label) => {
    const counterpart = other.at(label.key);
    return !counterpart.isSet || counterpart.value === label.value;
  });
}
