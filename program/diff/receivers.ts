import { fieldsAt, listAt, textAt, textsByName } from "../../effect/field";
import {
  fullHost,
  type Model,
  objectsOf,
  type ServiceHost,
  type Workload,
  virtualServices,
  workloadsSelected,
} from "../../effect";

/** Pods that receive requests to a host or to a subset of it, before and after. */
export interface ReceiverChange {
  /** The host, with the subset if requests are sent to one. */
  readonly target: string;
  readonly service: ServiceHost;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** Finds hosts and subsets of both models that select other workloads than before. */
export function receiverChanges(before: Model, after: Model): ReceiverChange[] {
  const [old, now] = [receivers(before), receivers(after)];
  return [...now].flatMap(([target, { service, names }]) => {
    const was = old.get(target);
    // A host or subset that is new, or had no pods, takes them from none.
    if (!was || was.names.length === 0 || names.length === 0) return [];
    return was.names.join() === names.join() ? [] : [{ target, service, before: was.names, after: names }];
  });
}

function receivers(
  model: Model,
): Map<string, { readonly service: ServiceHost; readonly names: readonly string[] }> {
  const subsets = subsetsOf(model);
  const byLabel = workloadsByLabel(model);
  const divided = dividedHosts(model);
  const found = new Map<string, { readonly service: ServiceHost; readonly names: readonly string[] }>();
  for (const service of model.services) {
    const { host, selector, namespace } = service;
    if (selector === undefined) continue;
    const own = subsets.get(host) ?? [];
    // Where every route names a subset, the host's other pods receive no requests.
    const targets = divided.has(host) ? own : [{ name: "", labels: {} }, ...own];
    for (const { name, labels } of targets) {
      const wanted = { ...labels, ...selector };
      const candidates = candidatesOf(byLabel, namespace, wanted) ?? model.workloads;
      const names = workloadsSelected(candidates, wanted, namespace).map(
        (one) => `${one.namespace}/${one.name}`,
      );
      found.set(name === "" ? host : `${host} subset ${name}`, { service, names: names.sort() });
    }
  }
  return found;
}

type ByLabel = ReadonlyMap<string, readonly Workload[]>;

const labelKey = (namespace: string, name: string, value: string): string => `${namespace}/${name}=${value}`;

/** The workloads that have a label, by its namespace and value. */
export function workloadsByLabel({ workloads }: Model): ByLabel {
  const found = new Map<string, Workload[]>();
  for (const workload of workloads) {
    for (const [name, value] of Object.entries(workload.labels)) {
      const key = labelKey(workload.namespace, name, value);
      const own = found.get(key) ?? [];
      if (own.push(workload) === 1) found.set(key, own);
    }
  }
  return found;
}

/** The fewest workloads among which are all that a selector selects. Undefined for an empty selector. */
export function candidatesOf(
  byLabel: ByLabel,
  namespace: string,
  selector: Readonly<Record<string, string>>,
): readonly Workload[] | undefined {
  const [fewest] = Object.entries(selector)
    .map(([name, value]) => byLabel.get(labelKey(namespace, name, value)) ?? [])
    .sort((one, other) => one.length - other.length);
  return fewest;
}

interface Subset {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

function subsetsOf(model: Model): Map<string, Subset[]> {
  const all = objectsOf(model, "DestinationRule", "networking.istio.io").flatMap(({ spec, namespace }) => {
    const host = fullHost(textAt(spec, "host") ?? "", namespace, model.settings.clusterDomain);
    return listAt(spec, "subsets").map((one) => ({
      host,
      subset: { name: textAt(one, "name") ?? "", labels: textsByName(one, "labels") },
    }));
  });
  const groups = Map.groupBy(all, ({ host }) => host);
  return new Map([...groups].map(([host, own]) => [host, own.map(({ subset }) => subset)]));
}

/** Hosts of which every route of HTTP leads to a subset. */
function dividedHosts(model: Model): Set<string> {
  return new Set(
    virtualServices(model).flatMap(({ hosts, http }) => {
      const destinations = http.flatMap((route) =>
        listAt(route, "route").map((one) => textAt(fieldsAt(one, "destination"), "subset") ?? ""),
      );
      return destinations.length > 0 && !destinations.includes("") ? hosts : [];
    }),
  );
}
