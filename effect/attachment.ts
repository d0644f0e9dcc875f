import { type Model, objectsOf } from "./model";
import type { KnownObject } from "./object";
import { applies, selectionOf } from "./selection";
import { type SelectorIndex, selectorIndex } from "./selectorIndex";
import type { Workload } from "./workload";

/**
 * Returns the policies of a kind that apply to a workload, by selector or target reference. They are of the root
 * namespace and of the workload's own, in each the oldest first.
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
    (byNamespace.get(namespace)?.(workload.labels) ?? []).filter((object) => applies(object, workload)),
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
  const groups = Map.groupBy(objects, ({ namespace }) => namespace);
  return new Map(
    [...groups].map(([namespace, own]) => [namespace, selectorIndex(own, (one) => selectionOf(one).labels)]),
  );
}
