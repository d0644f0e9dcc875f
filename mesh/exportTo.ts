import { egressGateway, type ExternalService } from "../catalog";

/**
 * The namespaces in which an external service's objects have effect: its own, those of its callers, and that of the
 * egress gateway if calls leave through it. Without `exportTo`, every proxy of the mesh would send requests to the host,
 * including proxies of namespaces whose services declare no call to it.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/service-entry/#ServiceEntry-export_to
 */
export function exportTo({ namespace, incoming, egressGateway: leaves }: ExternalService): string[] {
  const others = new Set(incoming.map(({ source }) => source.namespace));
  if (leaves) others.add(egressGateway.release);
  others.delete(namespace);
  return [".", ...[...others].sort()];
}
