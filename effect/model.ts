import { compare, byAge, knownObject, type KnownObject, type PlainObject } from "./object";
import { deployedFor } from "./gatewayApi/managed";
import { serviceHosts, type ServiceHost } from "./service";
import { defaultSettings, type MeshSettings } from "./settings";
import { type Workload, workloadOf } from "./workload";

/** What objects mean together: the input of every question. */
export interface Model {
  readonly settings: MeshSettings;
  /** Objects by `<group>/<kind>`, the oldest first. */
  readonly byKind: ReadonlyMap<string, readonly KnownObject[]>;
  readonly namespaces: ReadonlyMap<string, KnownObject>;
  /** Every workload, sorted by namespace and name. */
  readonly workloads: readonly Workload[];
  /** Every host that a proxy can have a cluster for, the oldest first. */
  readonly services: readonly ServiceHost[];
}

/** Options of {@link readObjects}. */
export interface ReadOptions {
  /** Settings of the mesh that differ from Istio's defaults. */
  readonly settings?: Partial<MeshSettings>;
  /** Workloads whose pods are created by other objects than the given ones. Default: none. */
  readonly workloads?: readonly Workload[];
}

/**
 * Reads objects of any origin: rendered, from files, or from a cluster. Lists (`kind: List`) are opened. Objects of kinds
 * that don't decide about requests are ignored.
 *
 * @returns the model that all questions are asked of. It never throws: fields of a wrong type count as absent.
 */
export function readObjects(objects: readonly PlainObject[], options: ReadOptions = {}): Model {
  const settings: MeshSettings = { ...defaultSettings, ...options.settings };
  const known = objects.flatMap(opened).map(knownObject).sort(byAge);
  const namespaces = new Map(
    known.filter(({ kind, group }) => kind === "Namespace" && group === "").map((one) => [one.name, one]),
  );
  const declared = [
    ...(options.workloads ?? []),
    ...known.flatMap((object) => workloadOf(object, namespaces) ?? []),
  ];
  const services = known.flatMap((object) => serviceHosts(object, settings));
  const deployed = deployedFor(known, declared, services, settings);
  const workloads = [...declared, ...deployed.workloads];
  return {
    settings,
    namespaces,
    byKind: Map.groupBy(known, ({ group, kind }) => `${group}/${kind}`),
    workloads: workloads.sort((a, b) => compare(a.namespace, b.namespace) || compare(a.name, b.name)),
    services: [...services, ...deployed.services],
  };
}

/** Returns the objects of a kind of one of Istio's or Kubernetes' API groups, the oldest first. */
export function objectsOf({ byKind }: Model, kind: string, group: string): readonly KnownObject[] {
  return byKind.get(`${group}/${kind}`) ?? none;
}

const none: readonly KnownObject[] = [];

/** Returns the objects of a kind with a name, the oldest first. */
export function objectsNamed(
  model: Model,
  kind: string,
  group: string,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): readonly KnownObject[] {
  const all = objectsOf(model, kind, group);
  const byName = named.get(all) ?? Map.groupBy(all, (one) => `${one.namespace}/${one.name}`);
  named.set(all, byName);
  return byName.get(`${namespace}/${name}`) ?? none;
}

const named = new WeakMap<readonly KnownObject[], ReadonlyMap<string, readonly KnownObject[]>>();

function opened(object: PlainObject): PlainObject[] {
  const { kind, items } = object;
  return typeof kind === "string" && kind.endsWith("List") && Array.isArray(items)
    ? (items as PlainObject[]).flatMap(opened)
    : [object];
}
