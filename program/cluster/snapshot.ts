import type { Labels } from "../../catalog";

/** The state of a cluster that the preflight checks read, as plain data. */
export interface ClusterSnapshot {
  /** Version that the API server reports: with `v`, its patch and a vendor suffix. */
  readonly kubernetes: string;
  readonly nodes: Part<readonly ClusterNode[]>;
  /** Every CRD. */
  readonly crds: Part<readonly ObjectMetadata[]>;
  /** Istio's MutatingWebhookConfigurations, which inject proxies. */
  readonly injectors: Part<readonly ObjectMetadata[]>;
  /** Deployments of istiod, in all namespaces. */
  readonly istiods: Part<readonly ObjectMetadata[]>;
  readonly namespaces: Part<readonly ObjectMetadata[]>;
  /** Services of type LoadBalancer, in all namespaces. */
  readonly loadBalancers: Part<readonly LoadBalancerService[]>;
  readonly storageClasses: Part<readonly ObjectMetadata[]>;
  /** Helm's records in the namespaces of the stack's releases. */
  readonly helmRecords: Part<readonly HelmRecord[]>;
  /** Deployments and StatefulSets in the namespaces of the stack's own. */
  readonly workloads: Part<readonly SelectingWorkload[]>;
  /** Whether each request of the run is allowed. */
  readonly rights: Part<readonly Right[]>;
}

/** A Deployment or StatefulSet, with the labels of its selector. */
export interface SelectingWorkload {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly matchLabels: Labels;
}

/** A part of the cluster, or the reason why it could not be read. */
export type Part<T> = { readonly value: T } | { readonly failure: string };

/** The metadata of an object that the checks read. */
export interface ObjectMetadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Names of the field managers that have written to the object. */
  readonly managers: readonly string[];
}

export interface ClusterNode {
  readonly name: string;
  /** Identity of the machine. Its scheme names the cloud: `aws:///us-east-1a/i-0f…`. */
  readonly providerID?: string;
}

export interface LoadBalancerService {
  readonly namespace: string;
  readonly name: string;
  /** Whether a load balancer has assigned an address. */
  readonly addressed: boolean;
}

/** Helm's record of one revision of a release: a Secret in the release's namespace. */
export interface HelmRecord {
  readonly namespace: string;
  readonly release: string;
  readonly revision: number;
  /** https://pkg.go.dev/helm.sh/helm/v3/pkg/release#Status */
  readonly status: string;
  /** Name of the Secret. */
  readonly secret: string;
}

/** A request to the API server. */
export interface Request {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  /** Undefined for objects without a namespace. */
  readonly namespace?: string;
}

/** A request, and whether the user may make it. */
export interface Right extends Request {
  readonly allowed: boolean;
}

/** The value of a part, or undefined if it could not be read. */
export function valueOf<T>(part: Part<T>): T | undefined {
  return "value" in part ? part.value : undefined;
}
