import type { Mesh } from "../catalog";
import { metadata, type MeshObject } from "./object";

/**
 * One identity for each service, so that a policy can tell callers apart.
 *
 * @see https://istio.io/latest/docs/concepts/security/#istio-identity
 */
export function serviceAccounts(mesh: Mesh): MeshObject[] {
  return mesh.services.map(({ name, namespace, path }) => ({
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: metadata(mesh, { name, namespace, from: [path] }),
  }));
}
