import type { Mesh } from "../catalog";
import { metadata, type MeshObject, podLabels } from "./object";
import type { PeerAuthenticationSpec } from "./types/peerAuthentication.gen";

/**
 * Only mutual TLS is accepted: in the whole mesh, and again in each namespace, where it would hold even without
 * the mesh-wide policy. Services that say something by themselves have a policy of their own, which wins.
 *
 * @see https://istio.io/latest/docs/reference/config/security/peer_authentication/
 */
export function peerAuthentications(mesh: Mesh): MeshObject[] {
  const spec: PeerAuthenticationSpec = { mtls: { mode: "STRICT" } };
  const wide = [...new Set([mesh.rootNamespace, ...mesh.namespaces])].map((namespace) => ({
    apiVersion: "security.istio.io/v1",
    kind: "PeerAuthentication",
    metadata: metadata(mesh, {
      name: "default",
      namespace,
      from: [namespace === mesh.rootNamespace ? "rootNamespace" : "namespace"],
    }),
    spec,
  }));
  return [...wide, ...ofServices(mesh)];
}

function ofServices(mesh: Mesh): MeshObject[] {
  return mesh.services.flatMap(({ name, namespace, mtls, path }) => {
    if (!mtls) return [];
    const spec: PeerAuthenticationSpec = {
      selector: { matchLabels: podLabels(name) },
      mtls: { mode: mtls.mode },
      ...(mtls.ports.length > 0 && {
        // By the number that the pod listens on.
        portLevelMtls: Object.fromEntries(mtls.ports.map(({ targetPort, mode }) => [targetPort, { mode }])),
      }),
    };
    return {
      apiVersion: "security.istio.io/v1",
      kind: "PeerAuthentication",
      metadata: metadata(mesh, { name, namespace, from: [`${path}.mtls`] }),
      spec,
    };
  });
}
