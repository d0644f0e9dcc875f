import { fieldsAt, listAt, textAt, textsByName } from "../../effect/field";
import {
  fullHost,
  type Model,
  objectsOf,
  type ServiceHost,
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
      const names = workloadsSelected(model.workloads, wanted, namespace).map(
        (one) => `${one.namespace}/${one.name}`,
      );
      found.set(name === "" ? host : `${host} subset ${name}`, { service, names: names.sort() });
    }
  }
  return found;
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
