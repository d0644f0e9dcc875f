import type { ClusterFinding } from "./finding";
import type { ClusterNeeds } from "./needs";
import { type ClusterSnapshot, valueOf } from "./snapshot";

/** Finds namespaces of releases that are being deleted, or that neither exist nor are created by the stack. */
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
