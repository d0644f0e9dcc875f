import type { ClusterFinding } from "./finding";
import type { ClusterNeeds } from "./needs";
import { type ClusterNode, type ClusterSnapshot, valueOf } from "./snapshot";

/**
 * Schemes of a node's `providerID` whose cloud or distribution assigns addresses to Services of type LoadBalancer.
 * https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/node-v1/#NodeSpec
 */
const balancing = new Set([
  ...[
    "aws",
    "azure",
    "gce",
    "openstack",
    "oci",
    "ibm",
    "ibmcloud",
    "alicloud",
    "huaweicloud",
    "tencentcloud",
  ],
  ...[
    "digitalocean",
    "linode",
    "hcloud",
    "vultr",
    "civo",
    "exoscale",
    "scaleway",
    "ovhcloud",
    "k3s",
    "sandbox",
  ],
]);

/** CRDs of programs that assign addresses to Services of type LoadBalancer on other clusters. */
const balancers = [
  "ipaddresspools.metallb.io",
  "ciliumloadbalancerippools.cilium.io",
  "servicegroups.purelb.io",
  "eips.network.kubesphere.io",
];

/**
 * Checks whether the gateways' Services get an address. Helm waits for it, and fails after the release's timeout. No
 * API reports this, so a cluster without any sign of a load balancer is a warning.
 */
export function loadBalancer(snapshot: ClusterSnapshot, needs: ClusterNeeds): ClusterFinding[] {
  const waiting = needs.releases.filter(waitsForAddress).map(({ name }) => name);
  const nodes = valueOf(snapshot.nodes);
  const services = valueOf(snapshot.loadBalancers);
  const crds = valueOf(snapshot.crds);
  // An unreadable part may contain the sign.
  if (waiting.length === 0 || nodes === undefined || services === undefined || crds === undefined) return [];
  const signs =
    services.some(({ addressed }) => addressed) ||
    nodes.some(({ providerID = "" }) => balancing.has(schemeOf(providerID))) ||
    crds.some(({ name }) => balancers.includes(name));
  if (signs || nodes.length === 0) return [];
  const seconds = needs.controlPlane?.timeoutSeconds ?? 300;
  return [
    {
      check: "load-balancer",
      severity: "warning",
      problem: `${describeNodes(nodes)}, and nothing in the cluster shows a load balancer. The Services of ${waiting.join(" and ")} have the type LoadBalancer: without an address, the release fails after ${seconds} s.`,
      fix: "Install a load balancer such as MetalLB or cloud-provider-kind, or use ports of the nodes: pulumi config set --path meshwright:cluster.ingress.service.type NodePort",
    },
  ];
}

function waitsForAddress({ chart, values }: ClusterNeeds["releases"][number]): boolean {
  const { type = "LoadBalancer", loadBalancerClass } = (values.service ?? {}) as Record<string, unknown>;
  // A class names the program that assigns the address.
  return chart === "gateway" && type === "LoadBalancer" && loadBalancerClass === undefined;
}

const schemeOf = (providerID: string): string => providerID.split(":")[0] ?? "";

function describeNodes(nodes: readonly ClusterNode[]): string {
  const schemes = [
    ...new Set(nodes.map(({ providerID = "" }) => schemeOf(providerID)).filter((one) => one !== "")),
  ];
  return schemes.length === 0
    ? "The nodes name no cloud"
    : `The nodes are of ${schemes.join(" and ")}, which has no load balancer of its own`;
}
