import type { ReleaseSpec } from "../../components/plain";
import type { ClusterFinding } from "./finding";
import type { ClusterNeeds } from "./needs";
import { type ClusterSnapshot, type HelmRecord, valueOf } from "./snapshot";

/**
 * Releases with an interrupted operation, for which Helm refuses every further one, and releases that another tool has
 * installed under the stack's names.
 */
export function helmReleases(snapshot: ClusterSnapshot, needs: ClusterNeeds): ClusterFinding[] {
  const records = valueOf(snapshot.helmRecords) ?? [];
  return needs.releases.flatMap((release) => {
    const own = historyOf(release, records);
    return [...interrupted(own), ...foreign(own, release, snapshot, needs)];
  });
}

/** Returns the records of one release, the newest first. */
export function historyOf(
  { namespace, name }: Pick<ReleaseSpec, "namespace" | "name">,
  records: readonly HelmRecord[],
): HelmRecord[] {
  return records
    .filter((record) => record.namespace === namespace && record.release === name)
    .sort((a, b) => b.revision - a.revision);
}

/** Statuses of an operation that has not ended. */
export const interruptedStatuses = ["pending-install", "pending-upgrade", "pending-rollback", "uninstalling"];

function interrupted([newest]: readonly HelmRecord[]): ClusterFinding[] {
  if (newest === undefined || !interruptedStatuses.includes(newest.status)) return [];
  const { namespace, release, status, secret } = newest;
  const fix =
    status === "uninstalling"
      ? `End the removal, then drop the release from the stack's state: helm uninstall ${release} -n ${namespace}; pulumi refresh`
      : `Make sure that no other run is installing it. Then remove the record of the interrupted operation; the next run continues with the objects that are there: kubectl delete secret -n ${namespace} ${secret}`;
  return [
    {
      check: "helm-releases",
      severity: "error",
      problem: `The Helm release ${namespace}/${release} is ${status}: a run was killed, or is still working on it. Helm refuses every other operation on it.`,
      fix,
    },
  ];
}

/**
 * A release in a namespace that Pulumi has never written to. The stack creates the namespace before the release, so
 * another tool has installed it.
 */
function foreign(
  [newest]: readonly HelmRecord[],
  { chart }: ReleaseSpec,
  snapshot: ClusterSnapshot,
  { namespaces }: ClusterNeeds,
): ClusterFinding[] {
  if (newest === undefined || newest.status === "uninstalled") return [];
  const { namespace, release } = newest;
  const home = valueOf(snapshot.namespaces)?.find(({ name }) => name === namespace);
  if (home === undefined || !namespaces.includes(namespace) || isPulumis(home)) return [];
  return [
    {
      check: chart === "istiod" || chart === "base" ? "existing-istio" : "helm-releases",
      severity: "error",
      problem: `The Helm release ${namespace}/${release} exists already, and Pulumi has not installed it. Helm refuses to install a second one of this name.`,
      fix: "Adopt it or install beside it, as docs/clusters/README.md describes, or remove it.",
    },
  ];
}

/** Whether Pulumi's Kubernetes provider has written to an object, which it does under its own field manager. */
export function isPulumis({ managers }: { readonly managers: readonly string[] }): boolean {
  return managers.some((manager) => manager.startsWith("pulumi-kubernetes"));
}
