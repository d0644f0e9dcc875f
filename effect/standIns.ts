import { selectionOf } from "./selection";
import { fieldsAt, listAt } from "./field";
import { type KnownObject, selects } from "./object";
import { type Workload, workloadsSelected } from "./workload";

type Labels = Readonly<Record<string, string>>;

/**
 * Returns workloads for the pods that objects select or protect and that none of them creates. A folder that has a
 * team's policies and not its Deployments has such pods. There is one for each selector of a Service, a policy, a
 * Sidecar or a Gateway, and one named `*` for a namespace without any. Their labels are those of the selector, and they
 * have a proxy.
 *
 * @param known the workloads that are known. A selector that selects one of them has no other.
 */
export function standIns(objects: readonly KnownObject[], known: readonly Workload[]): Workload[] {
  const found: Workload[] = [];
  const all = (): readonly Workload[] => [...known, ...found];
  const add = (workload: Omit<Workload, "assumed">): void => {
    const isTaken = (name: string): boolean =>
      all().some((one) => one.namespace === workload.namespace && one.name === name);
    let { name } = workload;
    for (let count = 2; isTaken(name); count++) name = `${workload.name}-${count}`;
    found.push({ ...workload, name, assumed: true });
  };
  const selective = objects.flatMap((object) => {
    const labels = labelsOf(object);
    return Object.keys(labels).length === 0 ? [] : [{ object, labels }];
  });
  for (const { object, labels } of selective.toSorted(
    (one, other) => rank(one.object) - rank(other.object),
  )) {
    const { kind, name, namespace } = object;
    const isGateway = kind === "Gateway";
    const within = isGateway ? undefined : namespace;
    const selected = [
      ...workloadsSelected(known, labels, within),
      ...found.filter(
        (one) => (within === undefined || one.namespace === within) && selects(labels, one.labels),
      ),
    ];
    if (isGateway) {
      for (const [index, one] of found.entries()) {
        if (selected.includes(one)) found[index] = { ...one, proxy: "gateway" };
      }
    }
    if (selected.length > 0) continue;
    const service = kind === "Service" ? name : (labels["app.kubernetes.io/name"] ?? labels.app);
    const own = service ?? Object.values(labels)[0] ?? name;
    add({ name: own, namespace, labels, proxy: isGateway ? "gateway" : "sidecar" });
  }
  for (const namespace of new Set(objects.filter(decides).map((one) => one.namespace))) {
    if (!all().some((one) => one.namespace === namespace)) add({ name: "*", namespace, labels: {} });
  }
  return found;
}

/** Services first, whose names are those of the pods, and Gateways last, whose pods other objects may name. */
function rank({ kind }: KnownObject): number {
  return kind === "Service" ? 0 : kind === "Gateway" ? 2 : 1;
}

/** Kinds whose selectors tell of pods. */
const selecting = [
  "/Service",
  "networking.istio.io/Gateway",
  "networking.istio.io/Sidecar",
  "networking.k8s.io/NetworkPolicy",
  "security.istio.io/AuthorizationPolicy",
  "security.istio.io/PeerAuthentication",
  "security.istio.io/RequestAuthentication",
];

/** The labels that an object selects pods by. Empty if it selects none, or not by labels alone. */
function labelsOf(object: KnownObject): Labels {
  const { kind, group, spec } = object;
  const isRead =
    selecting.includes(`${group}/${kind}`) &&
    listAt(fieldsAt(spec, "podSelector"), "matchExpressions").length === 0;
  return isRead ? selectionOf(object).labels : {};
}

const groups = ["security.istio.io", "networking.istio.io", "networking.k8s.io"];

/** Whether an object decides about the pods of its namespace. */
function decides({ group, namespace }: KnownObject): boolean {
  return groups.includes(group) && namespace !== "";
}
