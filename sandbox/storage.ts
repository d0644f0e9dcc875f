import { CoreV1Api, type KubeConfig, StorageV1Api, type V1StorageClass } from "@kubernetes/client-node";
import { absenceIsFine, conflictIsFine } from "./kubernetes";

const provisioner = "meshwright.dev/sandbox";

/** The sandbox's storage classes: the default one, and one for what asks for fast disks. */
export function storageClasses(): V1StorageClass[] {
  const make = (name: string, annotations: Record<string, string>): V1StorageClass => ({
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name, annotations },
    provisioner,
    reclaimPolicy: "Delete",
    volumeBindingMode: "Immediate",
  });
  return [make("standard", { "storageclass.kubernetes.io/is-default-class": "true" }), make("fast-ssd", {})];
}

export async function registerStorageClasses(kubeconfig: KubeConfig): Promise<void> {
  const api = kubeconfig.makeApiClient(StorageV1Api);
  for (const body of storageClasses()) await conflictIsFine(api.createStorageClass({ body }));
}

/** The collections of which a change is work for {@link provisionVolumes}. */
export const volumeCollections = [
  { path: "/api/v1/persistentvolumeclaims" },
  { path: "/api/v1/persistentvolumes" },
];

/**
 * Acts as the provisioner: creates a volume for every claim on a class of the sandbox, and removes it with the claim.
 * Kubernetes' own controller binds the two, so Helm's wait for claims ends as on a real cluster. Nothing is ever stored.
 */
export async function provisionVolumes(kubeconfig: KubeConfig): Promise<void> {
  const api = kubeconfig.makeApiClient(CoreV1Api);
  const [claims, volumes] = await Promise.all([
    api.listPersistentVolumeClaimForAllNamespaces(),
    api.listPersistentVolume(),
  ]);
  const classes = new Set(storageClasses().map(({ metadata }) => metadata?.name));
  for (const { metadata, spec = {}, status } of claims.items) {
    const waits = status?.phase === "Pending" && spec.volumeName === undefined;
    if (!waits || !classes.has(spec.storageClassName)) continue;
    const { name, namespace, uid } = metadata ?? {};
    await conflictIsFine(
      api.createPersistentVolume({
        body: {
          metadata: {
            name: `pvc-${uid ?? ""}`,
            // No other controller may delete it.
            annotations: { "pv.kubernetes.io/provisioned-by": provisioner },
          },
          spec: {
            accessModes: spec.accessModes ?? [],
            capacity: { storage: spec.resources?.requests?.storage ?? "1Gi" },
            claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", name, namespace, uid },
            hostPath: { path: "/nowhere" },
            persistentVolumeReclaimPolicy: "Delete",
            storageClassName: spec.storageClassName,
            volumeMode: spec.volumeMode,
          },
        },
      }),
    );
  }
  for (const { metadata, status } of volumes.items) {
    const ours = metadata?.annotations?.["pv.kubernetes.io/provisioned-by"] === provisioner;
    if (ours && status?.phase === "Released") {
      await absenceIsFine(api.deletePersistentVolume({ name: metadata.name ?? "" }));
    }
  }
}
