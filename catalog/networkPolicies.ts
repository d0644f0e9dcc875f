import { z } from "zod";
import { addressOf } from "./address";
import { portNumberSchema } from "./port";
import type { Shape } from "./shape";
import { monitoringNamespace } from "./telemetry";
import { textOf } from "./text";

/**
 * NetworkPolicies, which hold even for a pod without a proxy, where the cluster's network plugin enforces them: in
 * every namespace of the mesh nothing comes in or goes out but what the calls say and what Istio itself needs.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
export interface NetworkPoliciesDefinition {
  /** Namespace of the cluster's DNS servers. Default: `kube-system`. */
  readonly dnsNamespace?: string;
  /**
   * Ports on which DNS is asked, over UDP and TCP: of the servers' pods, not of their Service. OpenShift's, in the
   * namespace `openshift-dns`, listen on 5353. Default: `[53]`.
   */
  readonly dnsPorts?: readonly number[];
  /**
   * IP addresses of DNS servers that no label selects, since they are in the nodes' own network: `169.254.20.10` of
   * NodeLocal DNSCache, `169.254.169.254` of GKE's Cloud DNS. Default: none.
   *
   * @see https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/
   */
  readonly dnsAddresses?: readonly string[];
  /**
   * Namespaces whose pods may read metrics: those that the agents have merged, on port 15020, and the proxies' own, on
   * 15090. Default: `["monitoring"]`.
   *
   * @see https://istio.io/latest/docs/ops/integrations/prometheus/#option-1-metrics-merging
   */
  readonly metricsNamespaces?: readonly string[];
}

/** With its defaults resolved. */
export type NetworkPolicies = Required<NetworkPoliciesDefinition>;

const namespace = textOf(
  /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
  'write the name of a namespace, such as "kube-system"',
);

const address = addressOf([z.ipv4(), z.ipv6()], 'write an IP address, such as "169.254.20.10"');

export const networkPoliciesSchema: z.ZodType<NetworkPoliciesDefinition> = z.strictObject({
  dnsNamespace: namespace.optional(),
  dnsPorts: z.array(portNumberSchema).min(1).optional(),
  dnsAddresses: z.array(address).min(1).optional(),
  metricsNamespaces: z.array(namespace).min(1).optional(),
} satisfies Shape<NetworkPoliciesDefinition>);

export function normalizeNetworkPolicies(definition: NetworkPoliciesDefinition): NetworkPolicies {
  const {
    dnsNamespace = "kube-system",
    dnsPorts = [53],
    dnsAddresses = [],
    metricsNamespaces = [monitoringNamespace],
  } = definition;
  return {
    dnsNamespace,
    dnsPorts: [...dnsPorts].sort((a, b) => a - b),
    dnsAddresses: [...dnsAddresses].sort(),
    metricsNamespaces: [...metricsNamespaces].sort(),
  };
}
