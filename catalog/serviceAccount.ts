import { z } from "zod";
import type { Shape } from "./shape";

/**
 * The Kubernetes service account of a service's pods. It is the service's identity in the mesh:
 * `cluster.local/ns/<namespace>/sa/<name>`. The fields are named as in Helm charts.
 *
 * @see https://istio.io/latest/docs/concepts/security/#istio-identity
 */
export interface ServiceAccountDefinition {
  /** Name of the service account. Callees' AuthorizationPolicies admit it. Default: the service's name. */
  readonly name?: string;
  /**
   * Whether the ServiceAccount is rendered. Default: true if the service has a `workload`, otherwise false: the tool
   * that deploys the pods creates the service account.
   */
  readonly create?: boolean;
  /**
   * Annotations of the rendered ServiceAccount, such as `eks.amazonaws.com/role-arn` or
   * `iam.gke.io/gcp-service-account`. Default: none.
   */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A service account with its defaults resolved. */
export type ServiceAccount = Required<ServiceAccountDefinition>;

export const serviceAccountSchema: z.ZodType<ServiceAccountDefinition> = z.strictObject({
  name: z.string().optional(),
  create: z.boolean().optional(),
  annotations: z.record(z.string(), z.string()).optional(),
} satisfies Shape<ServiceAccountDefinition>);

/** @param deployed whether the catalog deploys the service's pods. */
export function normalizeServiceAccount(
  service: string,
  { name = service, create, annotations = {} }: ServiceAccountDefinition = {},
  deployed: boolean,
): ServiceAccount {
  return { name, create: create ?? deployed, annotations };
}
