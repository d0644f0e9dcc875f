import type { Field } from "./field";
import type { KubernetesResource } from "./resource";

/**
 * Whether two of Istio's security objects may apply to the same workloads. Objects in a root namespace apply to all
 * namespaces. Two selectors exclude each other only if they have different values for one label.
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
