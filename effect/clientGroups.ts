import type { WorkloadPair } from "./change";
import { type Fields, fieldsAt, has, listAt, textsByName } from "./field";
import type { Model } from "./model";
import { type Direction, isPeer, policiesOf, unreadPolicies } from "./networkPolicy";
import { type KnownObject, titleOf } from "./object";
import type { Workload } from "./workload";

/** Clients that NetworkPolicies do not distinguish at a server: one of them, and the others. */
export interface ClientGroup {
  /** Index of the client that stands for all. */
  readonly client: number;
  /** How many clients there are. */
  readonly size: number;
  /** What tells the group from others. Empty for a single client. */
  readonly id: string;
}

/** A peer that selects more pods than this is compared once for all, others pod by pod. */
const few = 16;

/**
 * Divides the clients of each server into groups. A client that a rule of the server or of its own names is a group by
 * itself. The others are grouped by what remains of their rules. So the number of comparisons grows with the rules, not
 * with the square of the pods.
 *
 * @param limit how many pods a peer may select to be compared one by one.
 * @returns a function from the index of a server to its groups, in the order of their clients.
 */
export function clientGroups(
  models: readonly Model[],
  pairs: readonly WorkloadPair[],
  limit = few,
): (server: number) => ClientGroup[] {
  const single = pairs.map(() => new Set<number>());
  const keys = pairs.map((): string[] => []);
  for (const [side, model] of models.entries()) {
    const workloads = pairs.flatMap((pair) => pair[side] ?? []);
    const selected = peerIndex(model, workloads);
    const narrow = ({ namespace }: KnownObject, peer: Fields): readonly number[] | undefined => {
      if (has(peer, "ipBlock")) return undefined;
      const pods = selected(namespace, peer);
      return pods.length > limit ? undefined : pods;
    };
    const parts = new Map<KnownObject, Parts>();
    const partsOf = (policy: KnownObject, direction: Direction): Parts => {
      if (direction === "ingress") return partsOfRules(policy, direction, narrow);
      const known = parts.get(policy) ?? partsOfRules(policy, direction, narrow);
      parts.set(policy, known);
      return known;
    };
    const broad = new Map<string, Broad>();
    for (const [index, workload] of workloads.entries()) {
      for (const policy of policiesOf(model, workload, "ingress")) {
        const { pods, rest } = partsOf(policy, "ingress");
        for (const client of pods) single[index]?.add(client);
        for (const peer of rest.flatMap((rule) => listAt(rule, "from"))) {
          const key = `${policy.namespace} ${JSON.stringify(peer)}`;
          if (!has(peer, "ipBlock") && !broad.has(key)) broad.set(key, { namespace: policy.namespace, peer });
        }
      }
      const own = policiesOf(model, workload, "egress").map((policy) => {
        const { pods, text } = partsOf(policy, "egress");
        for (const server of pods) single[server]?.add(index);
        return `${policy.namespace} ${text}`;
      });
      const unread = unreadPolicies(model, workload).map(titleOf);
      keys[index]?.push(JSON.stringify([[...new Set(own)].sort(), unread, workload.hostNetwork === true]));
    }
    for (const [key, { namespace, peer }] of broad) {
      for (const client of selected(namespace, peer)) {
        const workload = workloads[client];
        const selects = workload && isPeer(model, namespace, peer, { workload });
        keys[client]?.push(`${side} ${key} ${selects ?? ""}`);
      }
    }
  }
  const groups = [...Map.groupBy(keys.keys(), (index) => keys[index]?.join("\n") ?? "").values()];
  const ids = groups.map((members) => digest(members.map((index) => nameOf(pairs[index])).join(",")));
  const groupOf = new Map(groups.flatMap((members, id) => members.map((index) => [index, id] as const)));
  return (server) => {
    const apart = single[server] ?? new Set();
    const excluded = Map.groupBy(
      [...apart].sort((one, other) => one - other),
      (index) => groupOf.get(index),
    );
    const shared = groups.flatMap((members, id): ClientGroup[] => {
      const without = excluded.get(id) ?? [];
      const client = members.find((index) => !apart.has(index));
      const size = members.length - without.length;
      const except = without.map((index) => nameOf(pairs[index])).join(",");
      return client === undefined
        ? []
        : [{ client, size, id: size === 1 ? "" : `${ids[id] ?? ""} ${except}` }];
    });
    const alone = [...apart].map((client): ClientGroup => ({ client, size: 1, id: "" }));
    return [...shared, ...alone].sort((one, other) => one.client - other.client);
  };
}

/** A peer that selects many pods, in a policy of a namespace. */
interface Broad {
  readonly namespace: string;
  readonly peer: Fields;
}

interface Parts {
  /** Pods that narrow peers select. */
  readonly pods: readonly number[];
  /** The rules without their narrow peers. */
  readonly rest: readonly Fields[];
  readonly text: string;
}

function partsOfRules(
  policy: KnownObject,
  direction: Direction,
  narrow: (policy: KnownObject, peer: Fields) => readonly number[] | undefined,
): Parts {
  const key = direction === "egress" ? "to" : "from";
  const pods: number[] = [];
  const rest = listAt(policy.spec, direction).flatMap((rule): Fields[] => {
    const peers = listAt(rule, key);
    const wide = peers.filter((peer) => {
      const selected = narrow(policy, peer);
      for (const pod of selected ?? []) pods.push(pod);
      return selected === undefined;
    });
    return peers.length > 0 && wide.length === 0 ? [] : [{ ...rule, [key]: wide }];
  });
  return { pods, rest, text: JSON.stringify(rest) };
}

/** Returns a function that finds the workloads a peer selects, or may select. Each peer is compared once. */
function peerIndex(
  model: Model,
  workloads: readonly Workload[],
): (namespace: string, peer: Fields) => readonly number[] {
  const byLabel = new Map<string, number[]>();
  for (const [index, { labels }] of workloads.entries()) {
    for (const label of Object.entries(labels)) {
      const own = byLabel.get(label.join("="));
      if (own === undefined) byLabel.set(label.join("="), [index]);
      else own.push(index);
    }
  }
  const found = new Map<string, readonly number[]>();
  return (namespace, peer) => {
    const key = `${namespace} ${JSON.stringify(peer)}`;
    const known = found.get(key);
    if (known !== undefined) return known;
    const labels = Object.entries(textsByName(fieldsAt(peer, "podSelector"), "matchLabels"));
    const [fewest = [...workloads.keys()]] = labels
      .map((label) => byLabel.get(label.join("=")) ?? [])
      .sort((one, other) => one.length - other.length);
    const pods = fewest.filter((index) => {
      const workload = workloads[index];
      return workload !== undefined && isPeer(model, namespace, peer, { workload }) !== "no";
    });
    found.set(key, pods);
    return pods;
  };
}

function nameOf(pair: WorkloadPair | undefined): string {
  return pair === undefined ? "" : `${pair[1].namespace}/${pair[1].name}`;
}

/** A short text that differs if a long one does: FNV-1a with 32 bits, twice. */
function digest(text: string): string {
  const hash = (seed: number): string => {
    let value = seed;
    for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
    return value.toString(16);
  };
  return hash(0x811c9dc5) + hash(0x9e3779b9);
}
