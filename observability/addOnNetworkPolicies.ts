import type { Mesh } from "../catalog";
import type { Manifest } from "../mesh";
import { metadata } from "../mesh/object";
import { stackName, tools } from "./tools";

const tcp = (...ports: number[]) => ports.map((port) => ({ protocol: "TCP", port }));

/**
 * What the network has to let the add-ons do that is no call of a service: Prometheus reads the metrics of every proxy
 * and of istiod, and its operator asks the Kubernetes API.
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
    // Its pods take part in no call between services. The chart labels them so.
    ...(operator ? [allow("prometheus-operator", `${stackName}-operator`, [443, 6443])] : []),
  ];
}
