/** What is wrong on a cluster, and the fix. */
export interface Problem {
  readonly severity: "error" | "warning";
  /** Who: `Deployment shop/cart`. */
  readonly culprit: string;
  readonly problem: string;
  readonly fix: string;
}
