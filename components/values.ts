/**
 * Typed values of Istio's Helm charts: the part of each chart that this package sets or that its users most often
 * need. A misspelt value does not compile; a test holds every name against the charts' own `values.yaml`.
 *
 * The interfaces stay within what Pulumi can infer a schema from, so that Python, Go and YAML programs get them too.
 */

/** Resource requests and limits of a container, as Kubernetes quantities. */
export interface ResourceValues {
  /** Reserved for the container. Default: the chart's. */
  requests?: Record<string, string>;
  /** Upper bound. Default: the chart's. */
  limits?: Record<string, string>;
}

/** Values of the chart `base`: Istio's custom resource definitions and the default validation webhook. */
export interface BaseValues {
  base?: BaseChartValues;
  /** Revision whose istiod validates objects. Default: `default`. */
  defaultRevision?: string;
}

export interface BaseChartValues {
  /** URL of the validation webhook, for an istiod outside the cluster. Default: the service `istiod`. */
  validationURL?: string;
}

/** Values of the chart `istiod`. See https://istio.io/latest/docs/setup/additional-setup/customize-installation-helm/ */
export interface IstiodValues {
  /** Whether a HorizontalPodAutoscaler decides the number of replicas. Default: true. */
  autoscaleEnabled?: boolean;
  /** Fewest replicas under autoscaling. Default: 1, which also means no PodDisruptionBudget. */
  autoscaleMin?: number;
  /** Most replicas under autoscaling. Default: 5. */
  autoscaleMax?: number;
  /** Number of replicas without autoscaling; ignored with it. Default: 1. */
  replicaCount?: number;
  resources?: ResourceValues;
  /** Environment of istiod, for example `MAX_WORKLOAD_CERT_TTL`. Default: none. */
  env?: Record<string, string>;
  /** Pod affinity, as in a Kubernetes pod. Default: none. */
  affinity?: Record<string, any>;
  topologySpreadConstraints?: any[];
  /** Revision of this control plane, for canary upgrades. Default: the component's `revision`. */
  revision?: string;
  /** Mesh-wide settings. See https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/ */
  meshConfig?: Record<string, any>;
  base?: BaseChartValues;
  istiodRemote?: IstiodRemoteValues;
  global?: GlobalValues;
}

export interface IstiodRemoteValues {
  /** URL of the injection webhook, for an istiod outside the cluster. Default: the service `istiod`. */
  injectionURL?: string;
}

export interface GlobalValues {
  /** Registry and path of Istio's images. Default: the chart's. */
  hub?: string;
  /** Tag of Istio's images. Default: the control plane's version. */
  tag?: string;
  /** Whether logs are written as JSON. Default: false. */
  logAsJson?: boolean;
  /** Whether somebody else makes the injection webhooks, and this istiod has none of its own. Default: false. */
  operatorManageWebhooks?: boolean;
  proxy?: ProxyValues;
  networkPolicy?: NetworkPolicyValues;
}

export interface NetworkPolicyValues {
  /** Whether the chart creates NetworkPolicies for its pods. Default: false. */
  enabled?: boolean;
}

/** Defaults of every injected sidecar. */
export interface ProxyValues {
  resources?: ResourceValues;
}

/** Values of the chart `gateway`. */
export interface GatewayValues {
  autoscaling?: GatewayAutoscalingValues;
  /** Number of replicas without autoscaling. Default: 1. */
  replicaCount?: number;
  resources?: ResourceValues;
  service?: GatewayServiceValues;
  /** PodDisruptionBudget, for example `{ minAvailable: 1 }`; needs two replicas. Default: none. */
  podDisruptionBudget?: Record<string, any>;
  affinity?: Record<string, any>;
  topologySpreadConstraints?: any[];
  /** Revision that injects the gateway's proxy. Default: the component's `revision`. */
  revision?: string;
  /** Labels of all the chart's objects. Default: none. */
  labels?: Record<string, string>;
}

export interface GatewayAutoscalingValues {
  enabled?: boolean;
  minReplicas?: number;
  maxReplicas?: number;
  targetCPUUtilizationPercentage?: number;
}

export interface GatewayServiceValues {
  /** `LoadBalancer`, `ClusterIP`, `NodePort` or `None`. Default: `LoadBalancer`. */
  type?: string;
  /** Annotations of the Service, which clouds read to choose the kind of load balancer. Default: none. */
  annotations?: Record<string, string>;
  /** Source ranges (CIDR) that the load balancer admits. Default: all. */
  loadBalancerSourceRanges?: string[];
}
