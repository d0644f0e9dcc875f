import { type Fields, fieldsAt, has, listAt, textAt, textsAt } from "./field";

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
  /** Whether proxies use mutual TLS by themselves where the callee has a proxy. Default: true. */
  readonly autoMtls: boolean;
  /** The settings of external authorizers, by the name of the extension provider. Default: none. */
  readonly authorizers: Readonly<Record<string, Fields>>;
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
  autoMtls: true,
  authorizers: {},
  pathNormalization: "BASE",
};

/**
 * Returns the settings of a mesh configuration: the value `mesh` of istiod's ConfigMap, or `meshConfig` of its chart. Fields
 * that it lacks keep Istio's defaults.
 *
 * @see https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/
 */
export function settingsOf(config: object): Partial<MeshSettings> {
  const texts = {
    rootNamespace: textAt(config, "rootNamespace"),
    trustDomain: textAt(config, "trustDomain"),
    outboundTraffic: textAt(fieldsAt(config, "outboundTrafficPolicy"), "mode"),
    pathNormalization: textAt(fieldsAt(config, "pathNormalization"), "normalization"),
  };
  const given = Object.entries(texts).filter(([, value]) => value !== undefined && value !== "DEFAULT");
  const authorizers = listAt(config, "extensionProviders").flatMap((provider) => {
    const own = has(provider, "envoyExtAuthzHttp") ? "envoyExtAuthzHttp" : "envoyExtAuthzGrpc";
    const name = textAt(provider, "name");
    return name !== undefined && has(provider, own) ? [[name, fieldsAt(provider, own)] as const] : [];
  });
  const aliases = textsAt(config, "trustDomainAliases");
  return {
    ...Object.fromEntries(given),
    ...(fieldsAt({ config }, "config").enableAutoMtls === false && { autoMtls: false }),
    ...(authorizers.length > 0 && { authorizers: Object.fromEntries(authorizers) }),
    ...(aliases.length > 0 && { trustDomainAliases: aliases }),
  };
}
