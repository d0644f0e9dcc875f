import { type Fields, fieldsAt, has, listAt, numberAt, textAt, textsAt, textsByName } from "./field";
import { isSelected, keysOf } from "./labelSelector";
import { type Model, objectsOf } from "./model";
import { type KnownObject, nameOf, type ObjectName } from "./object";
import { blockHolds, type Outside } from "./outside";
import { perWorkload } from "./perWorkload";
import { type SelectorIndex, selectorIndex } from "./selectorIndex";
import { every, some, type Truth, truth } from "./truth";
import type { Workload } from "./workload";

/** One end of a connection: a pod of a workload, or an address outside of the cluster. */
export type Endpoint = { readonly workload: Workload } | Outside;

/** A connection, as NetworkPolicies see it: behind the Service's address, and before the proxies. */
export interface Connection {
  readonly from: Endpoint;
  readonly to: Endpoint;
  /** Port of the pod or host that accepts it, which can differ from the Service's. */
  readonly port: number;
  /** Default: `TCP`. */
  readonly protocol?: "TCP" | "UDP" | "SCTP";
}

/** Whether NetworkPolicies let a connection pass. */
export interface ConnectionDecision {
  /** `unknown` if labels, addresses or policies that the model doesn't read can decide otherwise. */
  readonly answer: "allowed" | "denied" | "unknown";
  /** The policies that decided: those of the client's pod (`egress`) or of the accepting pod (`ingress`). */
  readonly direction?: "egress" | "ingress";
  /** The policies of that direction that select the pod, or the objects that the model doesn't read. */
  readonly by: readonly ObjectName[];
}

/**
 * Decides whether NetworkPolicies let a connection pass, as Kubernetes specifies them. The policies that select the
 * client's pod must allow its egress, and those that select the accepting pod its ingress. Policies are additive. A pod
 * that no policy of a direction selects has no limit in this direction.
 *
 * To judge a request from pod to pod: `mayConnect(model, { from: { workload: client }, to: { workload: server }, port })`,
 * with the port of the server's pod. `deliver` asks it for every hop, so its verdicts include NetworkPolicies.
 *
 * A block of addresses selects a pod only by the pod's address, which is unknown. If the block has private addresses,
 * the answer is `unknown`. If it has none, it selects no pod. Pods in the network of their node are unknown, too.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
export function mayConnect(model: Model, connection: Connection): ConnectionDecision {
  const { from, to } = connection;
  const egress = directed(model, connection, from, to, "egress");
  if (egress.answer === "denied") return egress;
  const ingress = directed(model, connection, to, from, "ingress");
  if (ingress.answer === "denied") return ingress;
  // If no policy of the accepting pod applies, those of the client's pod have decided alone.
  return egress.answer === "allowed" && ingress.direction !== undefined ? ingress : egress;
}

/** The direction of a connection, as seen from the pod that a policy selects. */
export type Direction = "egress" | "ingress";

function directed(
  model: Model,
  connection: Connection,
  own: Endpoint,
  other: Endpoint,
  direction: Direction,
): ConnectionDecision {
  if (!("workload" in own)) return { answer: "allowed", by: [] };
  const { workload } = own;
  const unread = unreadPolicies(model, workload);
  if (unread.length > 0) return { answer: "unknown", direction, by: unread.map(nameOf) };
  const policies = policiesOf(model, workload, direction);
  if (policies.length === 0) return { answer: "allowed", by: [] };
  const by = policies.map(nameOf);
  if (workload.hostNetwork === true) return { answer: "unknown", direction, by };
  const allowed = some(policies, (policy) => allows(model, policy, direction, connection, other));
  const answer = allowed === "yes" ? "allowed" : allowed === "no" ? "denied" : "unknown";
  return { answer, direction, by };
}

type ByNamespace = ReadonlyMap<string, SelectorIndex<KnownObject>>;

const indexes = new WeakMap<readonly KnownObject[], ByNamespace>();

/** Returns the NetworkPolicies that select a workload's pods and apply to a direction. */
export function policiesOf(model: Model, workload: Workload, direction: Direction): readonly KnownObject[] {
  return selecting(model, workload)[direction];
}

const selecting = perWorkload((model, { namespace, labels }) => {
  const all = objectsOf(model, "NetworkPolicy", "networking.k8s.io");
  const index = indexes.get(all) ?? indexOf(all);
  indexes.set(all, index);
  const own = (index.get(namespace)?.(labels) ?? []).filter(({ spec }) =>
    isSelected(fieldsAt(spec, "podSelector"), labels),
  );
  return {
    egress: own.filter(({ spec }) => appliesTo(spec, "egress")),
    ingress: own.filter(({ spec }) => appliesTo(spec, "ingress")),
  };
});

function indexOf(all: readonly KnownObject[]): ByNamespace {
  const groups = [...Map.groupBy(all, ({ namespace }) => namespace)];
  return new Map(
    groups.map(([namespace, own]) => [
      namespace,
      selectorIndex(own, ({ spec }) => textsByName(fieldsAt(spec, "podSelector"), "matchLabels")),
    ]),
  );
}

/** Without `policyTypes`, a policy applies to ingress, and to egress if it has rules for it. */
function appliesTo(spec: unknown, direction: Direction): boolean {
  const types = textsAt(spec, "policyTypes");
  if (types.length > 0) return types.includes(direction === "egress" ? "Egress" : "Ingress");
  return direction === "ingress" || listAt(spec, "egress").length > 0;
}

function allows(
  model: Model,
  policy: KnownObject,
  direction: Direction,
  connection: Connection,
  other: Endpoint,
): Truth {
  const key = direction === "egress" ? "to" : "from";
  return some(listAt(policy.spec, direction), (rule) =>
    every(
      [
        () => anyOf(listAt(rule, key), (peer) => isPeer(model, policy.namespace, peer, other)),
        () => anyOf(listAt(rule, "ports"), (port) => isPort(port, connection)),
      ],
      (holds) => holds(),
    ),
  );
}

/** An empty list restricts nothing. */
function anyOf(list: readonly Fields[], judge: (one: Fields) => Truth): Truth {
  return list.length === 0 ? "yes" : some(list, judge);
}

/** Whether a peer of a policy in a namespace is the other end of a connection. */
export function isPeer(model: Model, namespace: string, peer: Fields, other: Endpoint): Truth {
  if (has(peer, "ipBlock")) {
    return blockHolds(fieldsAt(peer, "ipBlock"), "workload" in other ? "pod" : other);
  }
  if (!has(peer, "podSelector") && !has(peer, "namespaceSelector")) return "no";
  if (!("workload" in other)) return "no";
  const { workload } = other;
  const place = has(peer, "namespaceSelector")
    ? isNamespace(model, fieldsAt(peer, "namespaceSelector"), workload.namespace)
    : truth(workload.namespace === namespace);
  const pod = truth(isSelected(fieldsAt(peer, "podSelector"), workload.labels));
  const selected = every([place, pod], (one) => one);
  // Connections of such pods have the address of their node.
  return selected === "yes" && workload.hostNetwork === true ? "unknown" : selected;
}

const nameLabel = "kubernetes.io/metadata.name";

/** Kubernetes labels each namespace with its name. Other labels are known if the namespace is among the objects. */
function isNamespace(model: Model, selector: Fields, name: string): Truth {
  const known = model.namespaces.get(name);
  if (!known && keysOf(selector).some((key) => key !== nameLabel)) return "unknown";
  return truth(isSelected(selector, { ...known?.labels, [nameLabel]: name }));
}

/** Whether a port of a policy is that of a connection. */
export function isPort(port: Fields, { to, port: number, protocol = "TCP" }: Connection): Truth {
  if ((textAt(port, "protocol") ?? "TCP") !== protocol) return "no";
  if (!has(port, "port")) return "yes";
  const first = numberAt(port, "port");
  if (first !== undefined) return truth(number >= first && number <= (numberAt(port, "endPort") ?? first));
  if (!("workload" in to)) return "no";
  const { namedPorts, from } = to.workload;
  if (namedPorts === undefined && from === undefined) return "unknown";
  return truth(namedPorts?.[textAt(port, "port") ?? ""] === number);
}

/** Policies of other APIs, which decide beside NetworkPolicies. Those of the cluster apply to every namespace. */
export const otherPolicies: readonly (readonly [
  group: string,
  kind: string,
  scope: "namespace" | "cluster",
])[] = [
  ["policy.networking.k8s.io", "AdminNetworkPolicy", "cluster"],
  ["policy.networking.k8s.io", "BaselineAdminNetworkPolicy", "cluster"],
  ["policy.networking.k8s.io", "ClusterNetworkPolicy", "cluster"],
  ["cilium.io", "CiliumNetworkPolicy", "namespace"],
  ["cilium.io", "CiliumClusterwideNetworkPolicy", "cluster"],
  ["projectcalico.org", "NetworkPolicy", "namespace"],
  ["projectcalico.org", "GlobalNetworkPolicy", "cluster"],
  ["crd.projectcalico.org", "NetworkPolicy", "namespace"],
  ["crd.projectcalico.org", "GlobalNetworkPolicy", "cluster"],
];

/** Returns the policies of other APIs that may apply to a workload. */
export const unreadPolicies = perWorkload((model, { namespace }): readonly KnownObject[] =>
  otherPolicies.flatMap(([group, kind, scope]) =>
    objectsOf(model, kind, group).filter((one) => scope === "cluster" || one.namespace === namespace),
  ),
);
