import { fieldsAt, listAt, numberAt, textAt } from "../../effect/field";
import {
  type Model,
  type ObjectName,
  subsetsOf,
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

/** Labels of the pods that requests to a host are sent to, for each subset that a route names. */
interface Target {
  readonly subset?: string;
  readonly labels: Readonly<Record<string, string>>;
}

function reached(model: Model): Map<string, Reached> {
  const targets = targetsOf(model);
  const found = new Map<string, Reached>();
  for (const { host, namespace, selector } of model.services) {
    if (selector === undefined) continue;
    const pods = workloadsSelected(model.workloads, selector, namespace);
    for (const { subset, labels } of targets(host)) {
      for (const workload of pods) {
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

/** Returns a function that returns the targets of a host: the host itself, or those that routes name. */
function targetsOf(model: Model): (host: string) => readonly Target[] {
  const routed = new Set<string>();
  const named = new Map<string, Map<string, Target>>();
  const subsets = new Map(subsetsOf(model).map(({ host, name, labels }) => [`${host} ${name}`, labels]));
  for (const { hosts, gateways, http, tls, tcp } of virtualServices(model)) {
    // Connections without a route of their own go to the host.
    const isRouted = http.length > 0 && tls.length === 0 && tcp.length === 0 && gateways.includes("mesh");
    if (isRouted) for (const host of hosts) routed.add(host);
    for (const route of [...http, ...tls, ...tcp]) {
      const destinations = listAt(route, "route");
      for (const one of destinations) {
        if (destinations.length > 1 && (numberAt(one, "weight") ?? 0) === 0) continue;
        const destination = fieldsAt(one, "destination");
        const host = textAt(destination, "host") ?? "";
        const subset = textAt(destination, "subset");
        const own = named.get(host) ?? new Map<string, Target>();
        const labels = subset === undefined ? {} : subsets.get(`${host} ${subset}`);
        if (labels) own.set(subset ?? "", { ...(subset !== undefined && { subset }), labels });
        named.set(host, own);
      }
    }
  }
  return (host) => [...(routed.has(host) ? [] : [{ labels: {} }]), ...(named.get(host)?.values() ?? [])];
}

function nameOf({ namespace, name }: Workload): string {
  return `${namespace}/${name}`;
}
