import type { ClusterFinding } from "./finding";
import type { ClusterNeeds } from "./needs";
import { type ClusterSnapshot, valueOf } from "./snapshot";

/** Namespaces of releases that neither the cluster has nor the stack creates, or that are being deleted. */
export function namespaces(snapshot: ClusterSnapshot, needs: ClusterNeeds): ClusterFinding[] {
  const present = valueOf(snapshot.namespaces);
  if (present === undefined) return [];
  const names = new Set([...present.map(({ name }) => name), ...needs.namespaces]);
  return needs.releases
    .filter(({ namespace }) => !names.has(namespace))
    .map(({ name, namespace }) => ({
      check: "namespaces",
      severity: "error",
      problem: `The namespace ${namespace} of the Helm release ${name} doesn't exist, and the stack doesn't create it.`,
      fix: `Create it: kubectl create namespace ${namespace}`,
    }));
}
