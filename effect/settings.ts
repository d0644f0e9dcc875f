/** How a mesh is configured, as far as it decides what objects mean. */
export interface MeshSettings {
  /** Namespace of mesh-wide policies. Default: `istio-system`. */
  readonly rootNamespace: string;
  /** Trust domain of the workloads' identities. Default: `cluster.local`. */
  readonly trustDomain: string;
  /** Further trust domains whose identities are treated the same. Default: none. */
  readonly trustDomainAliases: readonly string[];
  /** DNS domain of the cluster's services. Default: `cluster.local`. */
  readonly clusterDomain: string;
  /** What happens to requests to unknown hosts. Default: `ALLOW_ANY`, Istio's own. */
  readonly outboundTraffic: "ALLOW_ANY" | "REGISTRY_ONLY";
  /** How paths are normalized before they are matched. Default: `BASE`, Istio's own. */
  readonly pathNormalization: "NONE" | "BASE" | "MERGE_SLASHES" | "DECODE_AND_MERGE_SLASHES";
}

/** Istio's own defaults. */
export const defaultSettings: MeshSettings = {
  rootNamespace: "istio-system",
  trustDomain: "cluster.local",
  trustDomainAliases: [],
  clusterDomain: "cluster.local",
  outboundTraffic: "ALLOW_ANY",
  pathNormalization: "BASE",
};
