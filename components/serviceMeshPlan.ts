import type * as pulumi from "@pulumi/pulumi";
import { type WorkloadSecret, workloadSecrets } from "../catalog";
import type { CheckedMesh } from "../checks";
import { type Manifest, renderMesh } from "../mesh";
import { checkedMesh } from "./checkedMesh";

/** Arguments of the component `ServiceMesh`. */
export interface ServiceMeshArgs {
  /**
   * The catalog, as `defineMesh` returns it or as plain JSON. It must be a plain value, because checks and policies
   * judge it at preview. An Output in it is an error that names its path.
   */
  catalog: Record<string, any>;
  /**
   * Images that only other resources provide, such as `{ web: repository.imageUri }`. The key is the name of the
   * Deployment, StatefulSet, Job or CronJob: `<service>`, or `<service>-<version>` if the service declares versions.
   * Each value replaces the image of the application's container. A name without a workload is an error. Default: none;
   * every workload uses the catalog's image.
   */
  images?: Record<string, pulumi.Input<string>>;
}

/** Everything that the component `ServiceMesh` declares, as plain data. */
export interface ServiceMeshPlan {
  /** The catalog's findings that are not errors, as text. */
  readonly warnings: readonly string[];
  readonly mesh: CheckedMesh;
  readonly objects: readonly Manifest[];
  /** The Secrets that the workloads name or generate. */
  readonly secrets: readonly WorkloadSecret[];
}

/**
 * Checks a catalog and renders it.
 *
 * @param name name of the catalog in messages.
 * @throws {pulumi.RunError} with every finding if one of them is an error.
 */
export function serviceMeshPlan(name: string, catalog: unknown): ServiceMeshPlan {
  const { mesh, warnings } = checkedMesh(name, catalog);
  return { warnings, mesh, objects: renderMesh(mesh), secrets: workloadSecrets(mesh) };
}
