/** Registry of a chart's images. */
export interface ImageRegistryValues {
  /** Registry that replaces the images' own. Default: the images' own. */
  imageRegistry?: string;
}

/** An image. */
export interface ImageValues {
  repository?: string;
  tag?: string;
  /** Digest, which takes precedence over the tag. Default: none. */
  digest?: string;
}

/** Whether a part of a chart is enabled. */
export interface EnabledValues {
  enabled?: boolean;
}

/** Service account of a workload's pods. */
export interface ServiceAccountValues {
  /** Name of the service account. Default: the workload's name. */
  name?: string;
}

/** How the pods of a Deployment are replaced. */
export interface StrategyValues {
  /** `Recreate` or `RollingUpdate`. */
  type?: string;
}

/** A PodDisruptionBudget. */
export interface DisruptionBudgetValues {
  enabled?: boolean;
  /** Minimum number of available pods. Default: 1. */
  minAvailable?: number;
}
