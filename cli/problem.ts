/** A problem on a cluster, and its fix. */
export interface Problem {
  readonly severity: "error" | "warning";
  /** The object, such as `Deployment shop/cart`. */
  readonly culprit: string;
  readonly problem: string;
  readonly fix: string;
}
