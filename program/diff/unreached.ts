import {
  type Model,
  type ObjectName,
  requestTargets,
  virtualServices,
  type Workload,
  workloadsSelected,
} from "../../effect";
import { selects } from "../../effect/object";

/** Pods that requests were sent to, and that no route and no Service sends requests to any more. */
export interface Unreached {
  /** The workload as `<namespace>/<name>`, and the subset if only that is known of its pods. */
  readonly name: string;
  readonly workload: Workload;
  /** The hosts and subsets by which requests reached it. */
  readonly targets: readonly string[];
  /** The objects that route the requests to these hosts now. */
  readonly by: readonly ObjectName[];
}

/** Finds the workloads of both models that received requests and receive none: every route leads somewhere else. */
export function unreached(before: Model, after: Model): Unreached[] {
  const [old, now] = [reached(before), reached(after)];
  const names = new Set(after.workloads.map(nameOf));
  return [...old].flatMap(([name, { workload, targets }]): Unreached[] => {
    if (now.has(name) || !names.has(nameOf(workload))) return [];
    const hosts = new Set([...targets].map((target) => target.split(" ")[0]));
    const by = virtualServices(after).filter((one) => one.hosts.some((host) => hosts.has(host)));
    return [{ name, workload, targets: [...targets].sort(), by: by.map(({ from }) => from) }];
  });
}

interface Reached {
  readonly workload: Workload;
  readonly targets: Set<string>;
}

function reached(model: Model): Map<string, Reached> {
  const targets = requestTargets(model);
  const found = new Map<string, Reached>();
  for (const { host, namespace, selector } of model.services) {
    if (selector === undefined) continue;
    const pods = workloadsSelected(model.workloads, selector, namespace);
    for (const { subset, labels } of targets(host)) {
      for (const workload of pods) {
        if (workload.idle === true) continue;
        const isKnown = workload.from !== undefined;
        // Of pods that another tool creates, the labels besides the Service's are unknown.
        if (isKnown && !selects(labels, workload.labels)) continue;
        const name = `${nameOf(workload)}${isKnown || subset === undefined ? "" : ` subset ${subset}`}`;
        const of = found.get(name) ?? { workload, targets: new Set() };
        of.targets.add(subset === undefined ? host : `${host} subset ${subset}`);
        found.set(name, of);
      }
    }
  }
  return found;
}

function nameOf({ namespace, name }: Workload): string {
  return `${namespace}/${name}`;
}
