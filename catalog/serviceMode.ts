import { z } from "zod";

/**
 * What the catalog does about a service's Kubernetes Service.
 *
 * - `create`: the whole Service is rendered, with its selector and ports.
 * - `adopt`: another tool creates the Service; the catalog sets only the `appProtocol` of its ports, by server-side apply,
 *   and owns no other field. The Service must exist. Name all its ports: Pulumi compares them by position, so it would
 *   update a Service with others before them at every run.
 * - `none`: another tool creates the Service and names its ports `<protocol>[-<suffix>]`, such as `http` or `grpc-api`.
 *
 * @see https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/
 */
export type ServiceMode = (typeof serviceModes)[number];

/** What a catalog may do about a Service. */
export const serviceModes = ["create", "adopt", "none"] as const;

export const serviceModeSchema: z.ZodType<ServiceMode> = z.enum(serviceModes);
