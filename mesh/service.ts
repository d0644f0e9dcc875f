import type { V1ServiceSpec } from "@kubernetes/client-node";
import type { Mesh } from "../catalog";
import { metadata, type MeshObject, podLabels } from "./object";

/**
 * The Services of those services that are deployed with the mesh. `appProtocol` tells Istio what a port speaks.
 *
 * @see https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/
 */
export function services(mesh: Mesh): MeshObject[] {
  return mesh.services
    .filter(({ workloads }) => workloads.length > 0)
    .map(({ name, namespace, ports, path }) => {
      const spec: V1ServiceSpec = {
        selector: podLabels(name),
        ports: ports.map((port) => ({
          name: port.name,
          port: port.port,
          targetPort: port.targetPort,
          protocol: "TCP",
          appProtocol: port.protocol,
        })),
      };
      return {
        apiVersion: "v1",
        kind: "Service",
        metadata: metadata(mesh, { name, namespace, from: [path], labels: podLabels(name) }),
        spec,
      };
    });
}
