import type { ResourceValues } from "../values";
import type { EnabledValues } from "./common";

/** Values of the chart `kiali-server`. See https://kiali.io/docs/configuration/kialis.kiali.io/ */
export interface KialiValues {
  auth?: KialiAuthValues;
  deployment?: KialiDeploymentValues;
  external_services?: KialiExternalServicesValues;
  login_token?: KialiLoginTokenValues;
  server?: KialiServerValues;
}

export interface KialiAuthValues {
  /** `token`, `openid`, `header` or `anonymous`. Default: `token`. */
  strategy?: string;
  openid?: Record<string, any>;
}

export interface KialiDeploymentValues {
  /** Name of all objects. Default: `kiali`. */
  instance_name?: string;
  image_name?: string;
  image_version?: string;
  replicas?: number;
  resources?: ResourceValues;
  pod_labels?: Record<string, string>;
  affinity?: KialiAffinityValues;
  /** Whether Kiali is read-only. Default: false. */
  view_only_mode?: boolean;
  /** The chart's own NetworkPolicy. Default: enabled. */
  network_policy?: EnabledValues;
  pod_disruption_budget?: KialiDisruptionBudgetValues;
}

export interface KialiAffinityValues {
  pod_anti?: Record<string, any>;
}

export interface KialiDisruptionBudgetValues {
  spec?: Record<string, any>;
}

export interface KialiExternalServicesValues {
  istio?: KialiIstioValues;
  prometheus?: KialiPrometheusValues;
  grafana?: KialiGrafanaValues;
  tracing?: KialiTracingValues;
}

export interface KialiIstioValues {
  /** Root namespace of the mesh. Default: Kiali's own namespace. */
  root_namespace?: string;
}

export interface KialiPrometheusValues {
  url?: string;
}

export interface KialiGrafanaValues {
  enabled?: boolean;
  /** URL for Kiali's own requests. */
  internal_url?: string;
  /** URL for users. */
  external_url?: string;
  auth?: KialiExternalAuthValues;
}

export interface KialiExternalAuthValues {
  /** Authentication: `basic`, `bearer` or `none`. Default: `none`. */
  type?: string;
  username?: string;
  /** `secret:<name>:<key>` of a Secret in Kiali's namespace. */
  password?: string;
}

export interface KialiTracingValues {
  enabled?: boolean;
  /** Tracing backend: `jaeger` or `tempo`. Default: `jaeger`. */
  provider?: string;
  internal_url?: string;
  external_url?: string;
  /** Whether to query over gRPC. Default: true. */
  use_grpc?: boolean;
}

export interface KialiLoginTokenValues {
  /**
   * Key of 16, 24 or 32 bytes, or `secret:<name>:<key>` of a Secret in Kiali's namespace. Default: generated at each
   * run.
   */
  signing_key?: string;
}

export interface KialiServerValues {
  /** Path of Kiali. Default: `/kiali`. */
  web_root?: string;
  /** Host of Kiali for users. Default: the request's host. */
  web_fqdn?: string;
  /** `http` or `https`. */
  web_schema?: string;
  web_port?: string;
}
