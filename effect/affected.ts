import { selectionOf } from "./selection";
import type { WorkloadPair } from "./change";
import type { Model } from "./model";
import { type KnownObject, selects } from "./object";

/** Groups of the objects that decide about the proxies of other objects' workloads. */
const groups = ["", "security.istio.io", "networking.istio.io", "extensions.istio.io"];

/** Kinds that only decide about routes, which are compared by their hosts. */
const routing = ["VirtualService", "DestinationRule"];

/** Kinds of Kubernetes' core group that decide about proxies. Workloads are compared themselves. */
const core = ["Service", "Namespace"];

/**
 * Returns whether a changed object can decide about a workload's proxy and who may call it. Workloads that none applies to
 * are the same in both models, so nothing else of them has to be compared.
 */
export function affectedBy(before: Model, after: Model): (pair: WorkloadPair) => boolean {
  if (JSON.stringify(before.settings) !== JSON.stringify(after.settings)) return () => true;
  const changed = changedObjects(before, after);
  const { rootNamespace } = before.settings;
  if (changed.some((object) => reachesAll(object, rootNamespace))) return () => true;
  const limits = changed.map((object) => {
    const { kind, name, namespace } = object;
    return { namespace: kind === "Namespace" ? name : namespace, selector: selectionOf(object).labels };
  });
  const byNamespace = Map.groupBy(limits, ({ namespace }) => namespace);
  return ([old, now]) =>
    JSON.stringify(old) !== JSON.stringify(now) ||
    (byNamespace.get(now.namespace) ?? []).some(
      ({ selector }) => selects(selector, old.labels) || selects(selector, now.labels),
    );
}

/** Objects of the Gateway API and of the root namespace, gateways, and hosts that every namespace sees. */
function reachesAll({ kind, group, namespace }: KnownObject, root: string): boolean {
  return (
    group === "gateway.networking.k8s.io" ||
    kind === "Gateway" ||
    kind === "ServiceEntry" ||
    (kind !== "Namespace" && namespace === root)
  );
}

/** Returns the objects that only one of the models has, or has in this form. */
function changedObjects(before: Model, after: Model): KnownObject[] {
  const keys = new Set([...before.byKind.keys(), ...after.byKind.keys()]);
  return [...keys].flatMap((key) => {
    const [group = "", kind = ""] = key.split("/");
    const isRead =
      group === "gateway.networking.k8s.io" ||
      (groups.includes(group) && !routing.includes(kind) && (group !== "" || core.includes(kind)));
    if (!isRead) return [];
    return changedOf(before.byKind.get(key) ?? [], after.byKind.get(key) ?? [], textOf);
  });
}

/**
 * Returns the objects of a kind that only one of two lists has, or has with another text: the newer ones first. Lists of
 * one source share their objects, so the texts of these are not built.
 */
export function changedOf(
  old: readonly KnownObject[],
  now: readonly KnownObject[],
  textOf: (object: KnownObject) => string,
): KnownObject[] {
  const nameOf = ({ namespace, name }: KnownObject): string => `${namespace}/${name}`;
  const byName = (own: readonly KnownObject[]): ReadonlyMap<string, KnownObject> =>
    new Map(own.map((one) => [nameOf(one), one]));
  const [was, is] = [byName(old), byName(now)];
  const differs = (one: KnownObject, other: KnownObject | undefined): boolean =>
    other?.source !== one.source && (other === undefined || textOf(one) !== textOf(other));
  return [
    ...now.filter((one) => differs(one, was.get(nameOf(one)))),
    ...old.filter((one) => differs(one, is.get(nameOf(one)))),
  ];
}

function textOf({ spec, labels, annotations, created }: KnownObject): string {
  return JSON.stringify([spec, labels, annotations, created]);
}
