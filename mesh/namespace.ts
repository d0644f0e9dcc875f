import type { Mesh } from "../catalog";
import { metadata, type MeshObject } from "./object";

/**
 * The namespaces, in which every pod gets a proxy. Exactly one of the two injection labels is set: with both,
 * `istio-injection` would win over the revision.
 *
 * @see https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/
 */
export function namespaces(mesh: Mesh): MeshObject[] {
  const injection: Record<string, string> =
    mesh.revision === undefined ? { "istio-injection": "enabled" } : { "istio.io/rev": mesh.revision };
  return mesh.namespaces.map((name) => ({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: metadata(mesh, { name, from: ["namespace"], labels: injection }),
  }));
}
