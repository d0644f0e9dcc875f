import type { Mesh } from "../catalog";
import { metadata, type MeshObject } from "./object";
import type { PeerAuthenticationSpec } from "./types/peerAuthentication.gen";

/**
 * Only mutual TLS is accepted: in the whole mesh, and again in each namespace, where it would hold even without
 * the mesh-wide policy.
 *
 * @see https://istio.io/latest/docs/reference/config/security/peer_authentication/
 */
export function peerAuthentications(mesh: Mesh): MeshObject[] {
  const spec: PeerAuthenticationSpec = { mtls: { mode: "STRICT" } };
  return [...new Set([mesh.rootNamespace, ...mesh.namespaces])].map((namespace) => ({
    apiVersion: "security.istio.io/v1",
    kind: "PeerAuthentication",
    metadata: metadata(mesh, {
      name: "default",
      namespace,
      from: [namespace === mesh.rootNamespace ? "rootNamespace" : "namespace"],
    }),
    spec,
  }));
}
