/** The texts of a policy's page that are not in the policy itself. */
export interface Page {
  /** Why the policy matters, in two or three sentences. */
  readonly why: string;
  /** YAML documents that violate the policy: Kubernetes manifests, or resources as in Pulumi YAML. */
  readonly wrong: string;
  /** YAML documents that do not. */
  readonly right: string;
  /** When to exempt an object from the policy. */
  readonly exempt: string;
}
