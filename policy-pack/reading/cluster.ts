import { Field, UNKNOWN } from "./field";

/** The cluster of a resource, identified by its provider. */
export interface Cluster {
  /** The same for all resources of one cluster. It contains the provider's kubeconfig and must not be printed. */
  readonly key: string;
  /** The provider's name, which identifies the cluster in messages. Empty if the resource has no provider. */
  readonly provider: string;
}

/** The arguments of the provider that select the cluster, or that render files instead. */
const IDENTITY = ["kubeconfig", "context", "cluster", "clusterIdentifier", "renderYamlToDirectory"];

/** The text with which `pulumi policy analyze --file` replaces secrets that it cannot decrypt. */
const REDACTED = "[secret]";

/** A provider as the engine passes it to a policy. */
interface Provider {
  readonly urn: string;
  readonly name: string;
  readonly props: Record<string, unknown>;
}

/**
 * The cluster of a provider. Two providers have the same cluster if their kubeconfig, context and cluster are equal. A
 * provider with an unknown kubeconfig has its own.
 * https://www.pulumi.com/registry/packages/kubernetes/api-docs/provider/
 */
export function clusterOf(provider: Provider | undefined): Cluster {
  if (provider === undefined) return { key: "", provider: "" };
  const fields = Field.of(provider.props, new Map());
  const identity = IDENTITY.map((key) => fields.at(key).peek ?? null);
  const open = identity.includes(UNKNOWN) || identity.includes(REDACTED);
  const key = open ? provider.urn : JSON.stringify(identity);
  return { key, provider: provider.name };
}

/**
 * Groups resources by cluster, in the order of the clusters' first resources. There is at least one group, possibly
 * empty. Resources without a provider, such as components, are ignored, unless no resource has one.
 */
export function byCluster<R>(
  resources: readonly { readonly cluster: Cluster; readonly resource: R }[],
): readonly { readonly cluster: Cluster; readonly resources: readonly R[] }[] {
  const nowhere = clusterOf(undefined);
  const placed = resources.filter(({ cluster }) => cluster.key !== nowhere.key);
  const groups = new Map<string, { cluster: Cluster; resources: R[] }>();
  for (const { cluster, resource } of placed.length > 0 ? placed : resources) {
    const group = groups.get(cluster.key) ?? { cluster, resources: [] };
    group.resources.push(resource);
    groups.set(cluster.key, group);
  }
  return groups.size > 0 ? [...groups.values()] : [{ cluster: nowhere, resources: [] }];
}
