import { z } from "zod";

/**
 * How a service's Kubernetes Service is managed.
 *
 * - `create`: the catalog renders the Service, with its selector and ports.
 * - `adopt`: another tool creates the Service. The catalog sets only the `appProtocol` of its ports, by server-side
 *   apply, and owns no other field. The Service must exist. Declare all its ports: Pulumi compares them by position, so
 *   it would update a Service with undeclared ports in front of them at every run.
 * - `none`: another tool creates the Service and names its ports `<protocol>[-<suffix>]`, such as `http` or `grpc-api`.
 *
 * @see https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/
 */
export type ServiceMode = (typeof serviceModes)[number];

/** The supported modes of a Service. */
const serviceModes = ["create", "adopt", "none"] as const;

export const serviceModeSchema: z.ZodType<ServiceMode> = z.enum(serviceModes);
