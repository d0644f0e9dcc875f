import { isObject } from "../catalog";
import { type Model, selectorIndex, type Workload } from "../effect";
import { selects } from "../effect/object";

type Labels = Readonly<Record<string, string>>;

/**
 * Returns a function that numbers the class of a workload by its proxy's configuration. istiod sends the same to those
 * of one kind and namespace whose labels the same selectors match.
 *
 * @param labelsOf returns the labels of a workload's pods. Default: those of the workload.
 */
export function configurationClass(
  model: Model,
  labelsOf: (workload: Workload) => Labels = ({ labels }) => labels,
): (workload: Workload) => number {
  const selectors = selectorsOf(model);
  const numbers = new Map<Workload, number>();
  const names = new Map<string, number>();
  return (workload) => {
    const known = numbers.get(workload);
    if (known !== undefined) return known;
    const { namespace, proxy = "sidecar", annotations = {}, ports = [], namedPorts = {} } = workload;
    // A gateway's service account decides which Secrets it may read.
    const account = proxy === "gateway" ? workload.serviceAccount : "";
    const matched = selectors(labelsOf(workload));
    const name = JSON.stringify([namespace, proxy, account, matched, annotations, ports, namedPorts]);
    const number = names.get(name) ?? names.size;
    names.set(name, number);
    numbers.set(workload, number);
    return number;
  };
}

/** Returns a function that returns the numbers of the selectors that match labels. */
function selectorsOf(model: Model): (labels: Labels) => number[] {
  const texts = new Set(
    [...model.byKind.values()]
      .flat()
      .flatMap(({ kind, spec }) => (isObject(spec) ? selectorsIn(kind, spec) : []))
      .filter(isObject)
      .map((one) => JSON.stringify(Object.entries(one).sort())),
  );
  const selectors = [...texts].map((text, number) => ({
    number,
    labels: Object.fromEntries(JSON.parse(text) as [string, string][]),
  }));
  const candidates = selectorIndex(selectors, (one) => one.labels);
  return (labels) =>
    candidates(labels)
      .filter((one) => selects(one.labels, labels))
      .map(({ number }) => number);
}

/** Every set of labels by which an object selects pods, or the clients whose requests a route is for. */
function selectorsIn(kind: string, spec: Readonly<Record<string, unknown>>): unknown[] {
  const { selector, workloadSelector } = spec;
  if (kind === "Deployment" || kind === "StatefulSet") return [];
  const sources = ["http", "tcp", "tls"].flatMap((routes) =>
    listOf(spec[routes]).flatMap(({ match }) => listOf(match).map(({ sourceLabels }) => sourceLabels)),
  );
  return [selector, workloadSelector, ...sources].flatMap((one) =>
    isObject(one) ? [one.matchLabels ?? one.labels ?? one] : [],
  );
}

function listOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? (value as readonly unknown[]).filter(isObject) : [];
}
