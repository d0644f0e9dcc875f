import { Field } from "./field";
import { isSecurityObject, type KubernetesResource, labelsOf } from "./resource";
import { isList, isObject } from "./value";

/**
 * Returns the resources with the stack's patches applied. Each object that a patch of the same stack changes has the
 * patch's fields, as server-side apply merges them. The patches remain, because they may also change objects of others.
 * Patches of security objects are left out, because `forbid-security-patches` refuses each of them.
 */
export function withPatches(stack: readonly KubernetesResource[]): readonly KubernetesResource[] {
  const patches = stack.filter(({ type }) => type.patch);
  if (patches.length === 0) return stack;
  const byTarget = Map.groupBy(patches, keyOf);
  return stack.map((resource) => {
    if (resource.type.patch || isSecurityObject(resource.type)) return resource;
    const own = byTarget.get(keyOf(resource)) ?? [];
    return own.reduce(patched, resource);
  });
}

/** The resource of the program and its patches, if {@link withPatches} has changed it. */
export function partsOf(resource: KubernetesResource): readonly KubernetesResource[] {
  return parts.get(resource) ?? [];
}

const parts = new WeakMap<KubernetesResource, readonly KubernetesResource[]>();

/** Objects are the same if their group, kind, namespace and name are, in any API version. */
function keyOf({ type, namespace, name }: KubernetesResource): string {
  return [type.group, type.kind, namespace ?? "default", name ?? ""].join("/");
}

function patched(target: KubernetesResource, patch: KubernetesResource): KubernetesResource {
  // Lists of CRDs are replaced as a whole. Kubernetes merges its own lists by name.
  const byName = !target.type.group.includes(".istio.io");
  const tree = merged(target.fields.tree, patch.fields.tree, byName) as Record<string, unknown>;
  const unknowns = new Map<string, Error>();
  const fields = Field.of(tree, unknowns);
  const resource = { ...target, fields, labels: labelsOf(fields.at("metadata", "labels")), unknowns };
  parts.set(resource, [...(parts.get(target) ?? [target]), patch]);
  return resource;
}

function merged(one: unknown, other: unknown, byName: boolean): unknown {
  if (other === undefined || other === null) return one;
  if (isList(one) && isList(other))
    return byName && [...one, ...other].every(hasName) ? joined(one, other) : other;
  if (!isTree(one) || !isTree(other)) return other;
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.fromEntries([...keys].map((key) => [key, merged(one[key], other[key], byName)]));
}

function joined(one: readonly unknown[], other: readonly unknown[]): unknown[] {
  const named = new Map([...one, ...other].map((item) => [nameOf(item), undefined as unknown]));
  for (const item of [...one, ...other]) named.set(nameOf(item), merged(named.get(nameOf(item)), item, true));
  return [...named.values()];
}

function hasName(item: unknown): boolean {
  return typeof nameOf(item) === "string";
}

function nameOf(item: unknown): unknown {
  return isTree(item) ? item.name : undefined;
}

/** Whether a value is a map of fields. An unknown value is none. */
function isTree(value: unknown): value is Record<string, unknown> {
  return isObject(value) && !isList(value) && Object.getPrototypeOf(value) === Object.prototype;
}
