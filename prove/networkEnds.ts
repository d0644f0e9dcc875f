import type { Mesh } from "../catalog";
import {
  type ConnectionDecision,
  type Endpoint,
  mayConnect,
  type Model,
  titleOf,
  type Workload,
} from "../effect";
import { workloadsOf } from "./model";

/** One end of a connection whose NetworkPolicies are asked about. */
export type NetworkEnd =
  /** The pods of a service of the catalog. */
  | { readonly kind: "service"; readonly name: string }
  /** A pod with these labels. */
  | { readonly kind: "pod"; readonly namespace: string; readonly labels: Readonly<Record<string, string>> }
  /** A host outside of the cluster. Without addresses, it has public ones. */
  | { readonly kind: "outside"; readonly addresses: readonly string[] };

/** A connection between two ends, at the port of the pod or host that accepts it. */
export interface NetworkConnection {
  readonly from: NetworkEnd;
  readonly to: NetworkEnd;
  readonly port: number;
  /** Default: `TCP`. */
  readonly protocol?: "TCP" | "UDP";
  /** Namespace whose policies do not count, because its pods are another tool's. Default: none. */
  readonly without?: string;
}

/**
 * What NetworkPolicies decide about a connection between every two pods of its ends, as text: each answer, with the policies
 * that deny it.
 */
export function networkAnswers(
  model: Model,
  mesh: Mesh,
  { from, to, port, protocol = "TCP" }: NetworkConnection,
): string[] {
  const answers = endpointsOf(model, mesh, from).flatMap((client) =>
    endpointsOf(model, mesh, to).map((server) =>
      answerText(mayConnect(model, { from: client, to: server, port, protocol })),
    ),
  );
  return [...new Set(answers)];
}

function answerText({ answer, by, direction }: ConnectionDecision): string {
  return answer === "denied" ? `denied by ${by.map(titleOf).join(", ")} (${direction ?? ""})` : answer;
}

function endpointsOf(model: Model, mesh: Mesh, end: NetworkEnd): Endpoint[] {
  switch (end.kind) {
    case "service":
      return workloadsOf(model, mesh, end.name).map((workload) => ({ workload }));
    case "pod":
      return [{ workload: podOf(end) }];
    case "outside":
      return [{ addresses: end.addresses, isPublic: end.addresses.length === 0 }];
  }
}

function podOf({ namespace, labels }: Pick<Workload, "namespace" | "labels">): Workload {
  return { name: "any", namespace, labels };
}

/** One line that names a connection. */
export function connectionText({ from, to, port, protocol = "TCP" }: NetworkConnection): string {
  return `${protocol} connection from ${endText(from)} to ${endText(to)}, port ${port}`;
}

function endText(end: NetworkEnd): string {
  switch (end.kind) {
    case "service":
      return `a pod of ${end.name}`;
    case "pod": {
      const labels = Object.entries(end.labels).map(([name, value]) => `${name}=${value}`);
      return `a pod in ${end.namespace}${labels.length === 0 ? "" : ` with ${labels.join(",")}`}`;
    }
    case "outside":
      return end.addresses.join(", ") || "a public address";
  }
}
