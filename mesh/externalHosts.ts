import type { ExternalService, Mesh } from "../catalog";

/**
 * The external services by host: most hosts have one. Istio applies one DestinationRule and one VirtualService for a
 * host. So external services of one host, with different ports, share their objects. These are named after the first.
 */
export function externalHosts({ externalServices }: Mesh): [ExternalService, ...ExternalService[]][] {
  const groups = Map.groupBy(externalServices, ({ host }) => host);
  // No group is empty.
  return [...groups.values()] as [ExternalService, ...ExternalService[]][];
}
