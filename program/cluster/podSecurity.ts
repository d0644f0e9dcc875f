import type { ClusterFinding } from "./finding";
import type { ClusterNeeds } from "./needs";
import { type ClusterSnapshot, valueOf } from "./snapshot";

/** https://kubernetes.io/docs/concepts/security/pod-security-admission/ */
const enforce = "pod-security.kubernetes.io/enforce";

/**
 * Finds namespaces whose Pod Security level rejects the proxies. The init container `istio-init` needs `NET_ADMIN` and
 * `NET_RAW`, which `baseline` and `restricted` reject. The CNI node agent needs `privileged`.
 */
export function podSecurity(snapshot: ClusterSnapshot, needs: ClusterNeeds): ClusterFinding[] {
  const namespaces = valueOf(snapshot.namespaces) ?? [];
  const levelOf = (name: string): string | undefined =>
    namespaces.find((one) => one.name === name)?.labels[enforce];
  const refuses = (name: string): boolean => ["baseline", "restricted"].includes(levelOf(name) ?? "");
  // The control plane of another stack may have the node agent.
  const cni = needs.controlPlane === undefined || needs.controlPlane.cni !== undefined;
  const agent = needs.releases.find(({ chart }) => chart === "cni");
  const injected = needs.meshNamespaces.filter(refuses).map((name) => `${name} (${levelOf(name)})`);
  return [
    ...(!cni && injected.length > 0
      ? [
          {
            check: "pod-security",
            severity: "error",
            problem: `The Pod Security level of ${injected.join(", ")} refuses pods with a proxy: their init container istio-init needs NET_ADMIN and NET_RAW.`,
            fix: "Have Istio's CNI node agent redirect the traffic instead: pulumi config set --path meshwright:cluster.cni.namespace kube-system",
          } satisfies ClusterFinding,
        ]
      : []),
    ...(agent !== undefined && refuses(agent.namespace)
      ? [
          {
            check: "pod-security",
            severity: "error",
            problem: `The Pod Security level of ${agent.namespace} (${levelOf(agent.namespace)}) refuses the CNI node agent, which needs privileged.`,
            fix: "Install it in another namespace: pulumi config set --path meshwright:cluster.cni.namespace kube-system",
          } satisfies ClusterFinding,
        ]
      : []),
  ];
}
