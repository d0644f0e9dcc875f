import type { ExternalService, Mesh } from "../catalog";

/**
 * The external services by host: most hosts have one. Istio applies one DestinationRule and one VirtualService for a
 * host. So external services of one host, with different ports, share their objects. These are named after the first.
 */
export function externalHosts({ externalServices }: Mesh): [ExternalService, ...ExternalService[]][] {
  return [...Map.groupBy(externalServices, ({ host }) => host).values()].flatMap(([first, ...more]) =>
    first ? [[first, ...more] as [ExternalService, ...ExternalService[]]] : [],
  );
}
