import type { ClusterFinding } from "./finding";
import type { ClusterNeeds } from "./needs";
import { type ClusterSnapshot, valueOf } from "./snapshot";

const isDefault = "storageclass.kubernetes.io/is-default-class";

/**
 * Checks whether the volumes that releases request can be provisioned. Otherwise their pods stay pending until the
 * timeout.
 */
export function storageClass(snapshot: ClusterSnapshot, { volumes }: ClusterNeeds): ClusterFinding[] {
  const classes = valueOf(snapshot.storageClasses);
  if (classes === undefined) return [];
  const names = classes.map(({ name }) => name).sort();
  const known = `The cluster has ${names.length === 0 ? "no StorageClass" : names.join(", ")}.`;
  const missing = Map.groupBy(
    volumes.filter(({ storageClass: wanted }) =>
      wanted === undefined
        ? !classes.some(({ annotations }) => annotations[isDefault] === "true")
        : !names.includes(wanted),
    ),
    ({ storageClass: wanted }) => wanted,
  );
  return [...missing].map(([wanted, owners]): ClusterFinding => {
    const whose = owners.map(({ owner }) => owner).join(", ");
    return {
      check: "storage-class",
      severity: "error",
      problem:
        wanted === undefined
          ? `Volumes of ${whose} need a default StorageClass, and there is none. ${known}`
          : `Volumes of ${whose} need the StorageClass "${wanted}", which doesn't exist. ${known}`,
      fix:
        names.length === 0
          ? "Install a provisioner with a StorageClass."
          : `Name one in the observability arguments of the platform (storageClass), or mark one as the default: kubectl annotate storageclass ${names[0]} ${isDefault}=true`,
    };
  });
}
