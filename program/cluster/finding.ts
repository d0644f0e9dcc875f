/** The preflight checks of the cluster, by the names under which a stack can accept their findings. */
export const clusterChecks = [
  "kubernetes-version",
  "existing-istio",
  "helm-releases",
  "load-balancer",
  "storage-class",
  "rights",
  "pod-security",
  "namespaces",
] as const;

export type ClusterCheck = (typeof clusterChecks)[number];

/** Something about a cluster that makes a run fail, or that may. */
export interface ClusterFinding {
  readonly check: ClusterCheck;
  /** An error stops the run before anything changes; a warning is printed. */
  readonly severity: "error" | "warning";
  /** What is wrong, with its values. A whole sentence. */
  readonly problem: string;
  /** What to do. A whole sentence, or commands. */
  readonly fix: string;
}
