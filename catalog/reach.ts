import { z } from "zod";
import { formatPath } from "./path";
import { portNumberSchema } from "./port";
import { namespaceOf, type ServiceHost, serviceHostSchema } from "./serviceHost";
import { compare } from "./order";
import type { Shape } from "./shape";

/**
 * A Service of the cluster outside of this catalog, which another catalog or tool owns. Its own DestinationRule and
 * VirtualService set timeouts and retries, and its own AuthorizationPolicies must admit the caller: in another catalog,
 * by `admit`. It is rendered to the caller's Sidecar and NetworkPolicy.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/sidecar/#IstioEgressListener
 */
export interface ReachDefinition {
  /** Ports of its pods, to which NetworkPolicies allow egress. */
  readonly targetPorts: readonly number[];
}

/** A reached Service, with its path in the catalog. */
export interface Reach extends ReachDefinition {
  readonly host: ServiceHost;
  readonly namespace: string;
  /** Path in the catalog: `services.<name>.reach["<host>"]`. */
  readonly path: string;
}

/** Reached Services, keyed by their fully qualified host. */
export type ReachDefinitions = Readonly<Partial<Record<ServiceHost, ReachDefinition>>>;

export const reachSchema: z.ZodType<ReachDefinitions> = z.partialRecord(
  serviceHostSchema,
  z.strictObject({ targetPorts: z.array(portNumberSchema).min(1) } satisfies Shape<ReachDefinition>),
);

/** Resolves the reached Services of a service, sorted by host. */
export function normalizeReach(service: string, definitions: ReachDefinitions): Reach[] {
  return (Object.entries(definitions) as [ServiceHost, ReachDefinition][])
    .map(([host, { targetPorts }]) => ({
      host,
      namespace: namespaceOf(host),
      targetPorts: [...new Set(targetPorts)].sort((a, b) => a - b),
      path: formatPath(["services", service, "reach", host]),
    }))
    .sort((a, b) => compare(a.host, b.host));
}
