import type { Mesh } from "../catalog";
import { metadata, type MeshObject } from "./object";
import type { ServiceEntrySpec } from "./types/serviceEntry.gen";

/**
 * The hosts outside of the mesh that its services may call.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/service-entry/
 */
export function serviceEntries(mesh: Mesh): MeshObject[] {
  return mesh.externalServices.map(({ name, namespace, host, ports, path }) => {
    const spec: ServiceEntrySpec = {
      hosts: [host],
      location: "MESH_EXTERNAL",
      resolution: "DNS",
      ports: ports.map((port) => ({
        name: port.name,
        number: port.port,
        protocol: port.protocol.toUpperCase(),
        ...(port.targetPort !== port.port && { targetPort: port.targetPort }),
      })),
    };
    return {
      apiVersion: "networking.istio.io/v1",
      kind: "ServiceEntry",
      metadata: metadata(mesh, { name, namespace, from: [path] }),
      spec,
    };
  });
}
