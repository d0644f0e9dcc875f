import { fieldsAt, listAt, textAt } from "./field";
import type { Model } from "./model";
import type { ServiceHost } from "./service";
import { subsetsOf } from "./subsets";
import { virtualServices } from "./virtualService";
import { workloadsSelected } from "./workload";

/** Pods that receive requests to a host or to a subset of it, before and after. */
export interface ReceiverChange {
  /** The host, with the subset if requests are sent to one. */
  readonly target: string;
  readonly service: ServiceHost;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** Finds hosts and subsets that had pods, are in both models, and select other workloads than before, or none. */
export function receiverChanges(before: Model, after: Model): ReceiverChange[] {
  const [old, now] = [receivers(before), receivers(after)];
  return [...now].flatMap(([target, { service, names }]) => {
    const was = old.get(target);
    // A host or subset that is new, or had no pods, takes them from none.
    if (!was || was.names.length === 0) return [];
    return was.names.join() === names.join() ? [] : [{ target, service, before: was.names, after: names }];
  });
}

type Receiving = ReadonlyMap<string, { readonly service: ServiceHost; readonly names: readonly string[] }>;

/** One model is compared with that of each override. */
const cache = new WeakMap<Model, Receiving>();

function receivers(model: Model): Receiving {
  const known = cache.get(model);
  if (known) return known;
  const found = readReceivers(model);
  cache.set(model, found);
  return found;
}

function readReceivers(model: Model): Receiving {
  const subsets = Map.groupBy(subsetsOf(model), ({ host }) => host);
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
