import { z } from "zod";
import { portNumberSchema } from "./port";
import type { Shape } from "./shape";
import { type Resources, resourcesSchema } from "./workload";

/**
 * The proxy of each pod of a service. The settings are rendered to annotations of the pods.
 *
 * @see https://istio.io/latest/docs/reference/config/annotations/
 */
export interface SidecarDefinition {
  /** Resources of the proxy's container. Default: the mesh's, from istiod's values. */
  readonly resources?: Resources;
  /**
   * Inbound ports that the proxy captures. Every other port reaches the application without mutual TLS and policies.
   * Default: all ports.
   */
  readonly includeInboundPorts?: readonly number[];
  /**
   * Outbound ports that the proxy does not capture, so their traffic has no mTLS, no policy and no telemetry.
   * Default: none.
   */
  readonly excludeOutboundPorts?: readonly number[];
}

const portNumbers = z.array(portNumberSchema).min(1);

export const sidecarSchema: z.ZodType<SidecarDefinition> = z.strictObject({
  resources: resourcesSchema.optional(),
  includeInboundPorts: portNumbers.optional(),
  excludeOutboundPorts: portNumbers.optional(),
} satisfies Shape<SidecarDefinition>);
