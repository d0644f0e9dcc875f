import type { V1ServiceSpec } from "@kubernetes/client-node";
import type { Mesh, Service } from "../catalog";
import { adoptedAnnotation, fromAnnotation, metadata, type Manifest } from "./object";

/**
 * The Services that the catalog creates, and the fields that it owns of adopted Services. `appProtocol` sets the
 * protocol that Istio uses for a port.
 *
 * @see https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/
 */
export function services(mesh: Mesh): Manifest[] {
  return mesh.services.flatMap((service) => {
    const headless = service.headless && service.ports.length > 0 ? [headlessService(mesh, service)] : [];
    if (service.service === "create") return [created(mesh, service), ...headless];
    return service.service === "adopt" ? [adopted(service), ...headless] : headless;
  });
}

function created(mesh: Mesh, { name, namespace, selector, ports, path }: Service): Manifest {
  const spec: V1ServiceSpec = {
    selector: { ...selector },
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
    metadata: metadata(mesh, { name, namespace, from: [path], labels: { ...selector } }),
    spec,
  };
}

/**
 * The headless Service of a StatefulSet. Each pod gets a host name before it is ready, so that replicas can connect to
 * each other.
 */
function headlessService(mesh: Mesh, service: Service): Manifest {
  const { headless, name } = service;
  const whole = created(mesh, { ...service, name: headless?.name ?? name });
  return {
    ...whole,
    spec: { ...(whole.spec as object), clusterIP: "None", publishNotReadyAddresses: true },
  };
}

/**
 * A partial object for server-side apply, which merges ports by `port` and `protocol`. It has none of the catalog's
 * labels, which belong to the tool that creates the Service.
 *
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/
 */
function adopted({ name, namespace, ports, path }: Service): Manifest {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace, annotations: { [adoptedAnnotation]: "true", [fromAnnotation]: path } },
    spec: {
      ports: ports.map(({ port, protocol }) => ({ port, protocol: "TCP", appProtocol: protocol })),
    },
  };
}
