import type { ResourceValues } from "../values";
import type { DisruptionBudgetValues, EnabledValues, ImageValues, ServiceAccountValues } from "./common";

/**
 * Values of the chart `opentelemetry-collector`.
 * See https://github.com/open-telemetry/opentelemetry-helm-charts/tree/main/charts/opentelemetry-collector
 */
export interface OpenTelemetryCollectorValues {
  fullnameOverride?: string;
  /** `deployment`, `daemonset` or `statefulset`; required. */
  mode?: string;
  image?: ImageValues;
  replicaCount?: number;
  resources?: ResourceValues;
  podLabels?: Record<string, string>;
  affinity?: Record<string, any>;
  podSecurityContext?: Record<string, any>;
  securityContext?: Record<string, any>;
  /** Configuration, merged over the chart's. See https://opentelemetry.io/docs/collector/configuration/ */
  config?: Record<string, any>;
  /** The whole configuration, instead of the chart's. Default: none. */
  alternateConfig?: Record<string, any>;
  ports?: CollectorPortsValues;
  serviceAccount?: ServiceAccountValues;
  podDisruptionBudget?: DisruptionBudgetValues;
}

export interface CollectorPortsValues {
  "otlp-http"?: EnabledValues;
  "jaeger-compact"?: EnabledValues;
  "jaeger-thrift"?: EnabledValues;
  "jaeger-grpc"?: EnabledValues;
  zipkin?: EnabledValues;
}
