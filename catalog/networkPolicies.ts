import { z } from "zod";
import { addressOf } from "./address";
import { portNumberSchema } from "./port";
import type { Shape } from "./shape";
import { monitoringNamespace } from "./telemetry";
import { textOf } from "./text";

/**
 * NetworkPolicies for every namespace of the mesh. They admit only the declared calls and the traffic that Istio needs.
 * The cluster's network plugin enforces them, also for pods without a proxy.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
export interface NetworkPoliciesDefinition {
  /** Namespace of the cluster's DNS servers. Default: `kube-system`. */
  readonly dnsNamespace?: string;
  /**
   * DNS ports of the DNS servers' pods, not of their Service, for UDP and TCP. OpenShift's, in the namespace
   * `openshift-dns`, listen on 5353. Default: `[53]`.
   */
  readonly dnsPorts?: readonly number[];
  /**
   * IP addresses of DNS servers in the nodes' network, which no label selects: `169.254.20.10` of NodeLocal DNSCache,
   * `169.254.169.254` of GKE's Cloud DNS. Default: none.
   *
   * @see https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/
   */
  readonly dnsAddresses?: readonly string[];
  /**
   * Namespaces whose pods may scrape metrics: merged ones from the agent on port 15020, and the proxy's own on 15090.
   * Default: `["monitoring"]`.
   *
   * @see https://istio.io/latest/docs/ops/integrations/prometheus/#option-1-metrics-merging
   */
  readonly metricsNamespaces?: readonly string[];
}

/** NetworkPolicies with their defaults resolved. */
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
