import { isObject } from "../../catalog";
import type { Model, Workload } from "../../effect";
import type { World } from "./world";

/**
 * Groups workloads whose proxies istiod sends the same configuration: they are of one kind and namespace, and the same
 * selectors of objects and of Services match their labels.
 */
export function distinct(model: Model, { podsOf }: World): Workload[][] {
  const selectors = selectorsOf(model);
  const groups = Map.groupBy(model.workloads, (workload) => {
    const { namespace, proxy = "sidecar", annotations = {}, ports = [], namedPorts = {} } = workload;
    const labels = podsOf(workload)[0]?.labels ?? workload.labels;
    const matched = selectors.flatMap((selector, index) =>
      selector.every(([name, value]) => labels[name] === value) ? [index] : [],
    );
    // A gateway's service account decides which Secrets it may read.
    const account = proxy === "gateway" ? workload.serviceAccount : "";
    return JSON.stringify([namespace, proxy, account, matched, annotations, ports, namedPorts]);
  });
  return [...groups.values()].filter(([first]) => first?.proxy !== "none");
}

/** Every set of labels by which an object selects pods, as entries. */
function selectorsOf(model: Model): [string, unknown][][] {
  const all = [...model.byKind.values()].flat().flatMap(({ kind, spec }): unknown[] => {
    if (!isObject(spec)) return [];
    const { selector, workloadSelector } = spec;
    if (kind === "Deployment" || kind === "StatefulSet") return [];
    return [selector, workloadSelector].flatMap((one) =>
      isObject(one) ? [one.matchLabels ?? one.labels ?? one] : [],
    );
  });
  const texts = new Set(all.filter(isObject).map((one) => JSON.stringify(Object.entries(one).sort())));
  return [...texts].map((text) => JSON.parse(text) as [string, unknown][]);
}
