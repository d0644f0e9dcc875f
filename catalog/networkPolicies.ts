import { z } from "zod";

/**
 * NetworkPolicies, which hold even for a pod without a proxy, where the cluster's network plugin enforces them: in
 * every namespace of the mesh nothing comes in or goes out but what the calls say and what Istio itself needs.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
export interface NetworkPoliciesDefinition {
  /** Namespace of the cluster's DNS servers. Default: `kube-system`. */
  readonly dnsNamespace?: string;
  /** Namespaces whose pods may read the proxies' own metrics, on port 15090. Default: none. */
  readonly metricsNamespaces?: readonly string[];
}

/** With its defaults resolved. */
export type NetworkPolicies = Required<NetworkPoliciesDefinition>;

const namespace = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);

export const networkPoliciesSchema: z.ZodType<NetworkPoliciesDefinition> = z.strictObject({
  dnsNamespace: namespace.optional(),
  metricsNamespaces: z.array(namespace).min(1).optional(),
});

export function normalizeNetworkPolicies(definition: NetworkPoliciesDefinition): NetworkPolicies {
  const { dnsNamespace = "kube-system", metricsNamespaces = [] } = definition;
  return { dnsNamespace, metricsNamespaces: [...metricsNamespaces].sort() };
}
