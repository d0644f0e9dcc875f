import { type Mesh, owns } from "../catalog";
import { metadata, type Manifest } from "./object";
import type { PeerAuthenticationSpec } from "./types/peerAuthentication.gen";

/**
 * Each namespace accepts only mutual TLS, independent of the mesh-wide policy, which belongs to the control plane. A
 * service with its own settings has its own policy, which takes precedence. So does each service in a namespace that
 * the catalog does not own.
 *
 * @see https://istio.io/latest/docs/reference/config/security/peer_authentication/
 */
export function peerAuthentications(mesh: Mesh): Manifest[] {
  const spec: PeerAuthenticationSpec = { mtls: { mode: "STRICT" } };
  const ofNamespaces = mesh.ownNamespaces.map((namespace) => ({
    apiVersion: "security.istio.io/v1",
    kind: "PeerAuthentication",
    metadata: metadata(mesh, { name: "default", namespace, from: ["namespace"] }),
    spec,
  }));
  return [...ofNamespaces, ...ofServices(mesh)];
}

function ofServices(mesh: Mesh): Manifest[] {
  return mesh.services.flatMap(({ name, namespace, selector, mtls, path }) => {
    if (!mtls && owns(mesh, namespace)) return [];
    const spec: PeerAuthenticationSpec = {
      selector: { matchLabels: { ...selector } },
      mtls: { mode: mtls?.mode ?? "STRICT" },
      ...(mtls &&
        mtls.ports.length > 0 && {
          // Keyed by the container's port.
          portLevelMtls: Object.fromEntries(mtls.ports.map(({ targetPort, mode }) => [targetPort, { mode }])),
        }),
    };
    return {
      apiVersion: "security.istio.io/v1",
      kind: "PeerAuthentication",
      metadata: metadata(mesh, { name, namespace, from: [mtls ? `${path}.mtls` : path] }),
      spec,
    };
  });
}
