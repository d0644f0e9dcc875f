import { z } from "zod";
import { formatPath } from "./path";
import { portNumberSchema } from "./port";
import { namespaceOf, type ServiceHost, serviceHostSchema } from "./serviceHost";
import { compare } from "./order";
import type { Shape } from "./shape";

/**
 * A Service of the cluster that this catalog doesn't declare: another catalog does, or none. How long calls to it may
 * take and how often they are tried again is for its own DestinationRule and VirtualService to say, and whom it
 * answers for its own AuthorizationPolicies: where its catalog is one of this kind, its `admit`.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/sidecar/#IstioEgressListener
 */
export interface ReachDefinition {
  /** Ports of its pods, to which NetworkPolicies let connections out. */
  readonly targetPorts: readonly number[];
}

/** With its place. */
export interface Reach extends ReachDefinition {
  readonly host: ServiceHost;
  readonly namespace: string;
  /** Where the catalog declares it: `services.<name>.reach["<host>"]`. */
  readonly path: string;
}

/** By the full host of the Service. */
export type ReachDefinitions = Readonly<Partial<Record<ServiceHost, ReachDefinition>>>;

export const reachSchema: z.ZodType<ReachDefinitions> = z.partialRecord(
  serviceHostSchema,
  z.strictObject({ targetPorts: z.array(portNumberSchema).min(1) } satisfies Shape<ReachDefinition>),
);

/** By host. */
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
