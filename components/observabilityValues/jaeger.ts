import type { ResourceValues } from "../values";
import type { ImageRegistryValues, StrategyValues } from "./common";

/** Values of the chart `jaeger`. See https://github.com/jaegertracing/helm-charts/tree/main/charts/jaeger */
export interface JaegerValues {
  fullnameOverride?: string;
  global?: ImageRegistryValues;
  /** Jaeger's whole configuration. See https://www.jaegertracing.io/docs/latest/deployment/configuration/ */
  userconfig?: Record<string, any>;
  jaeger?: JaegerWorkloadValues;
}

export interface JaegerWorkloadValues {
  /** Number of pods. Default: 1. */
  replicas?: number;
  resources?: ResourceValues;
  podLabels?: Record<string, string>;
  /** How pods are replaced. Default: Recreate. */
  strategy?: StrategyValues;
  extraEnv?: any[];
  extraVolumes?: any[];
  extraVolumeMounts?: any[];
  affinity?: Record<string, any>;
  podSecurityContext?: Record<string, any>;
  securityContext?: Record<string, any>;
}
