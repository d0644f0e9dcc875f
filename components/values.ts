/**
 * Typed values of Istio's Helm charts: the values that this package sets or that users need most often. A misspelt
 * value does not compile. A test compares every name with the charts' own `values.yaml`.
 *
 * The interfaces use only what Pulumi can infer a schema from, so that Python, Go and YAML programs have them, too.
 */

/** Resource requests and limits of a container, as Kubernetes quantities. */
export interface ResourceValues {
  /** Resources reserved for the container. Default: the chart's. */
  requests?: Record<string, string>;
  /** Maximum resources of the container. Default: the chart's. */
  limits?: Record<string, string>;
}

/** Values of the chart `base`: Istio's CRDs and the default validation webhook. */
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
  /** Whether a HorizontalPodAutoscaler sets the number of replicas. Default: true. */
  autoscaleEnabled?: boolean;
  /** Minimum replicas under autoscaling. Default: 1, which also means no PodDisruptionBudget. */
  autoscaleMin?: number;
  /** Maximum replicas under autoscaling. Default: 5. */
  autoscaleMax?: number;
  /** Number of replicas without autoscaling. Ignored with autoscaling. Default: 1. */
  replicaCount?: number;
  resources?: ResourceValues;
  /** Environment variables of istiod, for example `MAX_WORKLOAD_CERT_TTL`. Default: none. */
  env?: Record<string, string>;
  /** Pod affinity, as in a Kubernetes pod. Default: none. */
  affinity?: Record<string, any>;
  topologySpreadConstraints?: any[];
  /** Labels of the nodes that may run istiod. Default: any node. */
  nodeSelector?: Record<string, string>;
  /** Taints that istiod's pods tolerate, as in a Kubernetes pod. Default: none. */
  tolerations?: any[];
  /** Annotations of istiod's service account, for example for IRSA or Workload Identity. Default: none. */
  serviceAccountAnnotations?: Record<string, string>;
  /** Whether the node agent of the chart `cni` redirects traffic. Default: set by the component's `cni`. */
  cni?: IstiodCniValues;
  /** Revision of this control plane, for canary upgrades. Default: the component's `revision`. */
  revision?: string;
  /** Mesh-wide settings. See https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/ */
  meshConfig?: Record<string, any>;
  base?: BaseChartValues;
  istiodRemote?: IstiodRemoteValues;
  global?: GlobalValues;
}

export interface IstiodCniValues {
  /** Whether the node agent replaces the init container `istio-init` in injected pods. Default: false. */
  enabled?: boolean;
  /** `default`, or `multus` if Multus calls the CNI plugins, as on OpenShift. Default: the platform's. */
  provider?: string;
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
  /** Whether another tool creates the injection webhooks, so that this istiod has none of its own. Default: false. */
  operatorManageWebhooks?: boolean;
  /** Kubernetes platform whose profile the chart applies, such as `openshift`. Default: the component's `platform`. */
  platform?: string;
  /** Names of the Secrets that pull images, for istiod and for every injected pod. Default: none. */
  imagePullSecrets?: string[];
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
  /** PodDisruptionBudget, for example `{ minAvailable: 1 }`; requires two replicas. Default: none. */
  podDisruptionBudget?: Record<string, any>;
  affinity?: Record<string, any>;
  topologySpreadConstraints?: any[];
  /** Labels of the nodes that may run the gateway. Default: any node. */
  nodeSelector?: Record<string, string>;
  /** Taints that the gateway's pods tolerate, as in a Kubernetes pod. Default: none. */
  tolerations?: any[];
  /** Annotations of the gateway's pods, merged over the chart's. Default: none. */
  podAnnotations?: Record<string, string>;
  serviceAccount?: GatewayServiceAccountValues;
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
  /** Annotations of the Service, by which clouds select the kind of load balancer. Default: none. */
  annotations?: Record<string, string>;
  /** Source ranges (CIDR) that the load balancer allows. Default: all. */
  loadBalancerSourceRanges?: string[];
  /**
   * `Local` preserves the client's address, and sends connections only to nodes that run the gateway. `Cluster`
   * distributes them over all nodes and hides the address. Default: `Cluster`, Kubernetes' own default.
   * https://kubernetes.io/docs/reference/networking/virtual-ips/#external-traffic-policy
   */
  externalTrafficPolicy?: string;
  /**
   * Load balancer implementation, such as `service.k8s.aws/nlb`. It can't be changed on an existing Service.
   * Default: the cloud's.
   */
  loadBalancerClass?: string;
  /** Ports of the Service, as in Kubernetes. They replace the chart's list. Default: 15021, 80 and 443. */
  ports?: any[];
}

export interface GatewayServiceAccountValues {
  /** Annotations of the service account, for example for IRSA or Workload Identity. Default: none. */
  annotations?: Record<string, string>;
}

/**
 * Values of the chart `cni`, Istio's CNI node agent.
 * See https://istio.io/latest/docs/setup/additional-setup/cni/
 */
export interface CniValues {
  /** Folder of the nodes' CNI plugins. Default: the platform's, otherwise `/opt/cni/bin`. */
  cniBinDir?: string;
  /** Folder of the nodes' CNI configuration. Default: the platform's, otherwise `/etc/cni/net.d`. */
  cniConfDir?: string;
  /** Configuration file to which the plugin is added. Default: the first one in `cniConfDir`. */
  cniConfFileName?: string;
  /** Whether the plugin is added to an existing chain of plugins. Default: true; false on OpenShift. */
  chained?: boolean;
  /** Namespaces whose pods' traffic is not redirected. Default: `kube-system`. */
  excludeNamespaces?: string[];
  affinity?: Record<string, any>;
  /** Taints that the node agent tolerates. Default: all, so that it runs on every node. */
  tolerations?: any[];
  resources?: ResourceValues;
  global?: CniGlobalValues;
}

export interface CniGlobalValues {
  /** Registry and path of Istio's images. Default: istiod's `global.hub`. */
  hub?: string;
  /** Tag of Istio's images. Default: the control plane's version. */
  tag?: string;
  /** Whether logs are written as JSON. Default: istiod's `global.logAsJson`. */
  logAsJson?: boolean;
  /** Kubernetes platform whose profile the chart applies. Default: the component's `platform`. */
  platform?: string;
  /** Names of the Secrets that pull images. Default: the component's `imagePullSecrets`. */
  imagePullSecrets?: string[];
  networkPolicy?: NetworkPolicyValues;
}
