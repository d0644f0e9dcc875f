import { type Fields, fieldsAt, has, listAt, numberAt, textAt, textsByName } from "./field";
import type { Model } from "./model";
import { isPeer } from "./networkPolicy";
import type { KnownObject } from "./object";
import type { Workload } from "./workload";

/** Pods that a NetworkPolicy allows to connect to and that no object creates. */
export interface UnknownPeer {
  readonly workload: Workload;
  readonly ports: readonly PeerPort[];
}

/** A port that a rule names. */
export interface PeerPort {
  readonly port: number;
  readonly protocol: "TCP" | "UDP";
}

const nameLabel = "kubernetes.io/metadata.name";

/**
 * Returns the pods to which policies allow egress by the name of their namespace, and that are not among the workloads. Those of
 * DNS and of the control plane are examples. They have the labels of the peer, and the ports of its rules.
 */
export function unknownPeers(model: Model, policies: readonly KnownObject[]): UnknownPeer[] {
  const found = policies.flatMap((policy) =>
    listAt(policy.spec, "egress").flatMap((rule) => {
      const ports = listAt(rule, "ports").flatMap((port): PeerPort[] => {
        const [number, protocol = "TCP"] = [numberAt(port, "port"), textAt(port, "protocol")];
        const isKnown = number !== undefined && (protocol === "TCP" || protocol === "UDP");
        return isKnown ? [{ port: number, protocol }] : [];
      });
      return listAt(rule, "to").flatMap((peer): UnknownPeer[] => {
        const workload = podsOf(peer);
        const isKnown = model.workloads.some(
          (one) => isPeer(model, policy.namespace, peer, { workload: one }) !== "no",
        );
        return workload === undefined || isKnown ? [] : [{ workload, ports }];
      });
    }),
  );
  const groups = Map.groupBy(found, ({ workload }) => JSON.stringify([workload.namespace, workload.labels]));
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    const ports = group
      .flatMap((one) => one.ports)
      .map((one) => [`${one.protocol} ${one.port}`, one] as const);
    return first ? [{ ...first, ports: [...new Map(ports).values()] }] : [];
  });
}

/** The pods of a peer that selects one namespace, and all of its pods or those with some labels. */
function podsOf(peer: Fields): Workload | undefined {
  const { [nameLabel]: namespace, ...others } = textsByName(
    fieldsAt(peer, "namespaceSelector"),
    "matchLabels",
  );
  const pods = fieldsAt(peer, "podSelector");
  const expressions = [fieldsAt(peer, "namespaceSelector"), pods].some((one) => has(one, "matchExpressions"));
  if (namespace === undefined || Object.keys(others).length > 0 || expressions) return undefined;
  const labels = textsByName(pods, "matchLabels");
  const name = labels["app.kubernetes.io/name"] ?? labels.app ?? Object.values(labels)[0] ?? "*";
  return { name, namespace, labels, proxy: "none", assumed: true };
}
