import { type ExternalService, isBlock, isWildcard, type Mesh, nameIn } from "../catalog";
import { exportTo } from "./exportTo";
import { externalHosts } from "./externalHosts";
import { analyzeSuppressAnnotation, metadata, type Manifest } from "./object";
import type { ServiceEntrySpec } from "./types/serviceEntry.gen";

/**
 * The external hosts that the mesh's services may call.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/service-entry/
 */
export function serviceEntries(mesh: Mesh): Manifest[] {
  return externalHosts(mesh).map((services) => {
    const [service] = services;
    const { name, namespace, host, addresses } = service;
    const ports = services.flatMap((one) => one.ports).sort((a, b) => a.port - b.port);
    const spec: ServiceEntrySpec = {
      hosts: [host],
      exportTo: exportTo(...services),
      location: "MESH_EXTERNAL",
      ...whereabouts(service),
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
      metadata: metadata(mesh, {
        name: nameIn(mesh, namespace, name),
        namespace,
        from: services.map(({ path }) => path),
        annotations:
          addresses.length === 0 && ports.some(({ protocol }) => protocol === "tcp")
            ? // For TCP it requires addresses, to tell hosts apart. A check of the catalog covers this.
              { [analyzeSuppressAnnotation]: "IST0134" }
            : {},
      }),
      spec,
    };
  });
}

/**
 * Returns the endpoints of connections: the host's DNS addresses, given addresses, or the caller's destination address.
 */
function whereabouts({
  host,
  addresses,
  resolution,
}: ExternalService): Pick<ServiceEntrySpec, "addresses" | "resolution" | "endpoints"> {
  if (isWildcard(host)) return { resolution: resolution ?? "NONE" };
  if (addresses.length === 0) return { resolution: "DNS" };
  if (addresses.some(isBlock)) return { addresses: [...addresses], resolution: "NONE" };
  return {
    addresses: [...addresses],
    resolution: "STATIC",
    endpoints: addresses.map((address) => ({ address })),
  };
}
