import type { Mesh } from "../catalog";
import type { Manifest } from "../mesh";
import { metadata } from "../mesh/object";
import { stackName, tools } from "./tools";

const tcp = (...ports: number[]) => ports.map((port) => ({ protocol: "TCP", port }));

/**
 * NetworkPolicies of the add-ons for connections that are not calls of a service. Prometheus scrapes every proxy and
 * istiod, and its operator uses the Kubernetes API.
 */
export function addOnNetworkPolicies(
  mesh: Mesh,
  { namespace, operator = true }: { readonly namespace: string; readonly operator?: boolean },
): Manifest[] {
  if (!mesh.networkPolicies) return [];
  const allow = (name: string, app: string, ports: number[]): Manifest => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: metadata(mesh, { name, namespace, from: ["networkPolicies"] }),
    spec: {
      podSelector: { matchLabels: { app } },
      policyTypes: ["Egress"],
      egress: [{ ports: tcp(...ports) }],
    },
  });
  return [
    allow("scrape-metrics", tools.prometheus.service, [15014, 15020]),
    // Its pods are in no call between services. The chart sets this label.
    ...(operator ? [allow("prometheus-operator", `${stackName}-operator`, [443, 6443])] : []),
  ];
}
