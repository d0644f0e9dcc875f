import { egressGateway, type ExternalService } from "../catalog";

/**
 * The namespaces in which the objects of an external host have effect. These are its own, those of its callers, and
 * that of the egress gateway if calls leave through it. Without `exportTo`, every proxy of the mesh would send requests
 * to the host, including proxies of namespaces whose services declare no call to it.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/service-entry/#ServiceEntry-export_to
 */
export function exportTo(...services: readonly ExternalService[]): string[] {
  const others = new Set(services.flatMap(({ incoming }) => incoming.map(({ source }) => source.namespace)));
  if (services.some((service) => service.egressGateway)) others.add(egressGateway.release);
  for (const { namespace } of services) others.delete(namespace);
  return [".", ...[...others].sort()];
}
