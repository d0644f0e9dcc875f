import type { Model } from "./model";
import type { ObjectName } from "./object";
import { requestTargets } from "./requestTargets";
import type { ServiceHost } from "./service";
import { type Workload, workloadsSelected } from "./workload";

/** Pods that receive requests to a host or to a subset of it, before and after. */
export interface ReceiverChange {
  /** The host, with the subset if requests are sent to one. */
  readonly target: string;
  readonly service: ServiceHost;
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** Workloads that are selected afterwards and have no pods, because of `replicas: 0`. */
  readonly idle: readonly string[];
}

/**
 * Finds hosts and subsets that had pods, receive requests in both models, and select other workloads than before, or none.
 * Subsets to which no route sends requests are left out.
 */
export function receiverChanges(before: Model, after: Model): ReceiverChange[] {
  const [old, now] = [receivers(before), receivers(after)];
  return [...now].flatMap(([target, { service, names, idle }]) => {
    const was = old.get(target);
    // A host or subset that is new, or had no pods, takes them from none.
    if (!was || was.names.length === 0) return [];
    return was.names.join() === names.join()
      ? []
      : [{ target, service, before: was.names, after: names, idle }];
  });
}

/** Whether requests are sent to the pods of a workload. True for pods that no Service selects, of which it is unknown. */
export function receivesRequests(model: Model, { namespace, name }: ObjectName): boolean {
  const workload = model.workloads.find((one) => one.namespace === namespace && one.name === name);
  const key = `${namespace}/${name}`;
  const served = workload !== undefined && isServed(model, workload);
  return (
    !served ||
    [...receivers(model).values()].some(({ names, idle }) => names.includes(key) || idle.includes(key))
  );
}

/** Whether a Service with ports selects the pods of a workload. */
export function isServed({ services, workloads }: Model, workload: Workload): boolean {
  return services.some(
    ({ selector, namespace, ports }) =>
      selector !== undefined &&
      ports.length > 0 &&
      workloadsSelected(workloads, selector, namespace).includes(workload),
  );
}

interface Received {
  readonly service: ServiceHost;
  readonly names: readonly string[];
  readonly idle: readonly string[];
}

/** One model is compared with that of each override. */
const cache = new WeakMap<Model, ReadonlyMap<string, Received>>();

function receivers(model: Model): ReadonlyMap<string, Received> {
  const known = cache.get(model);
  if (known) return known;
  const targets = requestTargets(model, true);
  const found = new Map(
    model.services.flatMap((service) => {
      const { host, selector, namespace, ports } = service;
      if (selector === undefined || ports.length === 0) return [];
      return targets(host).map(({ subset, labels }): [string, Received] => {
        const all = workloadsSelected(model.workloads, { ...labels, ...selector }, namespace);
        const namesOf = (own: readonly Workload[]): string[] =>
          own.map((one) => `${one.namespace}/${one.name}`).sort();
        const [names, idle] = [all.filter((one) => !one.idle), all.filter((one) => one.idle)].map(namesOf);
        return [
          subset === undefined ? host : `${host} subset ${subset}`,
          { service, names: names ?? [], idle: idle ?? [] },
        ];
      });
    }),
  );
  cache.set(model, found);
  return found;
}
