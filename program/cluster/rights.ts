import { compare } from "../../catalog";
import type { ClusterFinding } from "./finding";
import { type ClusterSnapshot, type Right, valueOf } from "./snapshot";

/** Checks whether the user has permission for the run's requests, per resource and namespace. */
export function rights({ rights: part }: ClusterSnapshot): ClusterFinding[] {
  const missing = (valueOf(part) ?? []).filter(({ allowed }) => !allowed);
  if (missing.length === 0) return [];
  const places = Map.groupBy(missing, ({ namespace }) => namespace ?? "");
  const lists = [...places]
    .sort(([a], [b]) => compare(a, b))
    .map(
      ([namespace, some]) => `${namespace === "" ? "in the cluster" : `in ${namespace}`}: ${listOf(some)}`,
    );
  return [
    {
      check: "rights",
      severity: "error",
      problem: `The user of the kubeconfig lacks ${missing.length} of the rights that the run needs; ${lists.join("; ")}.`,
      fix: "Run it as a user with these permissions. Istio's charts create ClusterRoles, so in practice that is a cluster administrator: kubectl create clusterrolebinding <name> --clusterrole=cluster-admin --user=<user>",
    },
  ];
}

/** Such as `create, patch roles.rbac.authorization.k8s.io`. */
function listOf(missing: readonly Right[]): string {
  const byResource = Map.groupBy(missing, ({ group, resource }) =>
    group === "" ? resource : `${resource}.${group}`,
  );
  return [...byResource]
    .map(([resource, some]) => `${some.map(({ verb }) => verb).join(" and ")} ${resource}`)
    .sort()
    .join(", ");
}
