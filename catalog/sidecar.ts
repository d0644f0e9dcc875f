import { z } from "zod";
import { portNumberSchema } from "./port";
import type { Shape } from "./shape";
import { type Resources, resourcesSchema } from "./workload";

/**
 * The proxy beside each pod of a service.
 *
 * @see https://istio.io/latest/docs/reference/config/annotations/
 */
export interface SidecarDefinition {
  /** Of the proxy's container. Default: the mesh's, from istiod's values. */
  readonly resources?: Resources;
  /** Inbound ports that the proxy captures; any other port reaches the application unprotected. Default: all. */
  readonly includeInboundPorts?: readonly number[];
  /** Outbound ports that the proxy does not capture: no mTLS, no policy, no telemetry. Default: none. */
  readonly excludeOutboundPorts?: readonly number[];
}

const portNumbers = z.array(portNumberSchema).min(1);

export const sidecarSchema: z.ZodType<SidecarDefinition> = z.strictObject({
  resources: resourcesSchema.optional(),
  includeInboundPorts: portNumbers.optional(),
  excludeOutboundPorts: portNumbers.optional(),
} satisfies Shape<SidecarDefinition>);
