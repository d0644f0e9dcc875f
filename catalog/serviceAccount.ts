import { z } from "zod";
import type { Shape } from "./shape";

/**
 * The Kubernetes service account that a service's pods run under. It is the service's identity in the mesh:
 * `cluster.local/ns/<namespace>/sa/<name>`. Fields are those of Helm charts.
 *
 * @see https://istio.io/latest/docs/concepts/security/#istio-identity
 */
export interface ServiceAccountDefinition {
  /** Name of the account. Callees' policies admit it. Default: the service's name. */
  readonly name?: string;
  /**
   * Whether the ServiceAccount is rendered. Default: true where the service has a `workload`; otherwise false, so the
   * tool that deploys the pods creates the account.
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
