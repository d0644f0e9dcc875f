/** Names of the preflight checks, by which a stack accepts their findings. */
export const clusterChecks = [
  "kubernetes-version",
  "existing-istio",
  "helm-releases",
  "load-balancer",
  "storage-class",
  "rights",
  "pod-security",
  "namespaces",
  "selectors",
] as const;

export type ClusterCheck = (typeof clusterChecks)[number];

/** A problem of a cluster that makes a run fail, or may do so. */
export interface ClusterFinding {
  readonly check: ClusterCheck;
  /** An error stops the run before anything changes; a warning is printed. */
  readonly severity: "error" | "warning";
  /** The problem, with its values. A whole sentence. */
  readonly problem: string;
  /** The fix. A whole sentence, or commands. */
  readonly fix: string;
}
