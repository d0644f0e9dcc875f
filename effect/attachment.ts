import { type Fields, fieldsAt, has, listAt, textAt, textsByName } from "./field";
import { type Model, objectsOf } from "./model";
import { type KnownObject, selects } from "./object";
import { type SelectorIndex, selectorIndex } from "./selectorIndex";
import type { Workload } from "./workload";

const gatewayName = "gateway.networking.k8s.io/gateway-name";

/**
 * Returns the policies of a kind that apply to a workload: those of the root namespace and of its own, by selector or
 * target reference, the oldest first of each namespace.
 *
 * @see https://istio.io/latest/docs/reference/config/type/workload-selector/
 */
export function attached(
  model: Model,
  kind: string,
  group: string,
  workload: Workload,
): readonly KnownObject[] {
  const { rootNamespace } = model.settings;
  const objects = objectsOf(model, kind, group);
  const found = attachedTo.get(objects) ?? new WeakMap<Workload, Attached>();
  attachedTo.set(objects, found);
  const known = found.get(workload);
  if (known?.rootNamespace === rootNamespace) return known.policies;
  const byNamespace = namespaces.get(objects) ?? indexed(objects);
  namespaces.set(objects, byNamespace);
  const policies = [...new Set([rootNamespace, workload.namespace])].flatMap((namespace) =>
    (byNamespace.get(namespace)?.(workload.labels) ?? []).filter((object) => attaches(object, workload)),
  );
  found.set(workload, { rootNamespace, policies });
  return policies;
}

interface Attached {
  readonly rootNamespace: string;
  readonly policies: readonly KnownObject[];
}

/** The policies of each list of objects that apply to a workload. Each request asks for them several times. */
const attachedTo = new WeakMap<readonly KnownObject[], WeakMap<Workload, Attached>>();

const namespaces = new WeakMap<readonly KnownObject[], Map<string, SelectorIndex<KnownObject>>>();

function indexed(objects: readonly KnownObject[]): Map<string, SelectorIndex<KnownObject>> {
  // A target reference precedes the selector.
  const selector = (one: KnownObject): Readonly<Record<string, string>> =>
    targetsOf(one).length > 0 ? {} : selectorOf(one);
  const groups = Map.groupBy(objects, ({ namespace }) => namespace);
  return new Map([...groups].map(([namespace, own]) => [namespace, selectorIndex(own, selector)]));
}

/** Whether a policy of the root namespace, or of the workload's, applies to the workload. */
function attaches(policy: KnownObject, { namespace, labels }: Workload): boolean {
  const targets = targetsOf(policy);
  if (targets.length === 0) return selects(selectorOf(policy), labels);
  // A target is a Gateway of the Gateway API. Other proxies ignore the policy altogether.
  return targets.some(
    (target) =>
      textAt(target, "kind") === "Gateway" &&
      textAt(target, "group") === "gateway.networking.k8s.io" &&
      textAt(target, "name") === labels[gatewayName] &&
      policy.namespace === namespace,
  );
}

const targetsByPolicy = new WeakMap<KnownObject, readonly Fields[]>();

function targetsOf(policy: KnownObject): readonly Fields[] {
  const known = targetsByPolicy.get(policy);
  if (known) return known;
  const legacy = has(policy.spec, "targetRef") ? [fieldsAt(policy.spec, "targetRef")] : [];
  const refs = listAt(policy.spec, "targetRefs");
  const targets = refs.length > 0 ? refs : legacy;
  targetsByPolicy.set(policy, targets);
  return targets;
}

const selectors = new WeakMap<KnownObject, Record<string, string>>();

/** Returns the labels of a policy's selector. Empty if it has none. */
export function selectorOf(policy: KnownObject): Readonly<Record<string, string>> {
  const known = selectors.get(policy);
  if (known) return known;
  const selector = textsByName(fieldsAt(policy.spec, "selector"), "matchLabels");
  selectors.set(policy, selector);
  return selector;
}
