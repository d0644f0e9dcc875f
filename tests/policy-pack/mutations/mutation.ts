import type { Resource } from "../../../policy-pack/tests/engine";
import { type Change, changedAt, type Place } from "../../checks/mutations/mutation";

/** One way of breaking the resources of one kind, so that one policy has to refuse them. */
export interface Mutation {
  /** The policy's name. */
  readonly policy: string;
  /** What is broken, in words, for the test's name. */
  readonly mistake: string;
  /** Kind of the resources that are broken, or chart of the Helm releases. */
  readonly kind: string;
  /** Every break of a resource, each in one field. */
  readonly faults: (resource: Resource) => Iterable<Fault>;
  /** A resource that the policy is content with, for what no platform has. */
  readonly added?: Resource;
}

/** A break, and what the policy must say of it. */
export interface Fault {
  /** Changes of the resource's properties; none: the whole resource is gone. */
  readonly changes: readonly Change[];
  /** The message's beginning: resource and field, or who lacks something. */
  readonly begins: string;
  /** What else it must name: the value and the limit. */
  readonly names: readonly string[];
}

/** A field that the policy names when it has this value. */
export function fault(resource: Resource, field: Place, value: unknown, names: readonly string[]): Fault {
  return { changes: [[field, value]], begins: `${titleOf(resource)}: ${fieldPath(field)} `, names };
}

/** A field's path as the pack's messages write it. */
export function fieldPath(place: Place): string {
  return place
    .map((key) => {
      if (typeof key === "number") return `[${key}]`;
      return /^[A-Za-z_][\w-]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
    })
    .join("")
    .replace(/^\./, "");
}

/** How messages name a resource: kind, namespace and name. */
export function titleOf({ type, props, name }: Resource): string {
  const { metadata = props } = props as { metadata?: { name?: unknown; namespace?: unknown } };
  const own = typeof metadata.name === "string" ? metadata.name : name;
  const full = typeof metadata.namespace === "string" ? `${metadata.namespace}/${own}` : own;
  return `${kindOf({ type })} ${full}`;
}

export function kindOf({ type }: Pick<Resource, "type">): string {
  return type.split(":").at(-1) ?? "";
}

export function isOf(resource: Resource, kind: string): boolean {
  return kindOf(resource) === kind || (kindOf(resource) === "Release" && resource.props.chart === kind);
}

/** The stack with one resource broken, and that resource, unless it is gone. */
export function broken(
  stack: readonly Resource[],
  resource: Resource,
  { changes }: Fault,
): { stack: Resource[]; resource?: Resource } {
  if (changes.length === 0) return { stack: stack.filter((one) => one !== resource) };
  const props = changes.reduce<unknown>(
    (changed, [place, value]) => changedAt(changed, place, value),
    resource.props,
  ) as Resource["props"];
  const changed = { ...resource, props };
  return { stack: stack.map((one) => (one === resource ? changed : one)), resource: changed };
}
