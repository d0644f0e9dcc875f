import type { CheckedMesh } from "../../checks";
import type { ObservabilityArgs } from "../observabilityArgs";

/** Input for the values of the add-ons' charts. */
export interface Context extends ObservabilityArgs {
  readonly namespace: string;
  readonly mesh: CheckedMesh;
}

/** A Secret that is generated once. A release names it, and no chart contains it. */
export interface MadeUpSecret {
  readonly name: string;
  readonly namespace: string;
  /** The values that are not secret, by key. */
  readonly known: Readonly<Record<string, string>>;
  /** Key of the generated value. */
  readonly key: string;
  /** Length of the generated value, in characters. */
  readonly length: number;
}

/** Security context with least privilege, for a container whose chart sets none. */
export const confined = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  seccompProfile: { type: "RuntimeDefault" },
};

/** Registry value, for charts with such a value. */
export const registry = (imageRegistry: string | undefined) =>
  imageRegistry === undefined ? {} : { global: { imageRegistry } };

/**
 * Excludes the ports that Prometheus scrapes from the sidecar. Prometheus connects to pods by IP address, which belongs
 * to no service of the mesh, and the two ports accept no mutual TLS.
 */
export const scraping = { "traffic.sidecar.istio.io/excludeOutboundPorts": "15014,15020" };

/** The specification of a PersistentVolumeClaim. */
export function claim(size: string, storageClass: string | undefined): object {
  return {
    accessModes: ["ReadWriteOnce"],
    resources: { requests: { storage: size } },
    ...(storageClass !== undefined && { storageClassName: storageClass }),
  };
}
