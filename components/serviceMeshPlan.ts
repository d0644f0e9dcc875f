import { type WorkloadSecret, workloadSecrets } from "../catalog";
import { type MeshObject, renderMesh } from "../mesh";
import { checkedMesh } from "./checkedMesh";

/** Arguments of the component `ServiceMesh`. */
export interface ServiceMeshArgs {
  /**
   * The catalog, as `defineMesh` returns it or as plain JSON. It must be plain: policies and checks judge it before
   * anything is created.
   */
  catalog: Record<string, any>;
}

/** Everything that the component `ServiceMesh` declares, as plain data. */
export interface ServiceMeshPlan {
  /** The catalog's findings that are not errors, as text. */
  readonly warnings: readonly string[];
  readonly objects: readonly MeshObject[];
  /** The Secrets that the workloads name or generate. */
  readonly secrets: readonly WorkloadSecret[];
}

/**
 * Checks a catalog and renders it.
 *
 * @param name what the message calls the catalog.
 * @throws {pulumi.RunError} with every finding if one of them is an error.
 */
export function serviceMeshPlan(name: string, catalog: unknown): ServiceMeshPlan {
  const { mesh, warnings } = checkedMesh(name, catalog);
  return { warnings, objects: renderMesh(mesh), secrets: workloadSecrets(mesh) };
}
