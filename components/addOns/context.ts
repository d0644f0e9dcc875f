import type { CheckedMesh } from "../../checks";
import type { ObservabilityArgs } from "../observabilityArgs";

/** What the values of the add-ons' charts are made from. */
export interface Context extends ObservabilityArgs {
  readonly namespace: string;
  readonly mesh: CheckedMesh;
}

/** A Secret that is made up once, which a release names and none brings. */
export interface MadeUpSecret {
  readonly name: string;
  readonly namespace: string;
  /** What is no secret in it, by key. */
  readonly known: Readonly<Record<string, string>>;
  /** Key of the value that is made up. */
  readonly key: string;
  /** How many characters that has. */
  readonly length: number;
}

/** Least privilege for a container whose chart leaves it open. */
export const confined = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  seccompProfile: { type: "RuntimeDefault" },
};

/** Where a chart that takes it takes its images from. */
export const registry = (imageRegistry: string | undefined) =>
  imageRegistry === undefined ? {} : { global: { imageRegistry } };

/**
 * The sidecar leaves alone what Prometheus reads: it asks pods by their address, which the mesh knows of no service,
 * and the two ports take no mutual TLS.
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
