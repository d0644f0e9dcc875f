import { type Mesh, owns } from "../catalog";
import { metadata, type Manifest } from "./object";

/**
 * The namespaces that the catalog owns, in which every pod gets a proxy. Exactly one of the two injection labels is
 * set, because `istio-injection` takes precedence over the revision.
 *
 * @see https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/
 */
export function namespaces(mesh: Mesh): Manifest[] {
  const injection: Record<string, string> =
    mesh.revision === undefined ? { "istio-injection": "enabled" } : { "istio.io/rev": mesh.revision };
  return mesh.ownNamespaces.map((name) => ({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: metadata(mesh, { name, from: ["namespace"], labels: injection }),
  }));
}

/**
 * Labels with which a pod joins the mesh in a namespace that the catalog does not own, independent of the namespace's
 * labels. Only `istio-injection: disabled` prevents injection.
 *
 * @see https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/#controlling-the-injection-policy
 */
export function injectionLabels(mesh: Mesh, namespace: string): Record<string, string> {
  if (owns(mesh, namespace)) return {};
  return {
    "sidecar.istio.io/inject": "true",
    ...(mesh.revision !== undefined && { "istio.io/rev": mesh.revision }),
  };
}
