import { Field, UNKNOWN } from "./field";

/** The cluster that a resource belongs to, as far as its provider tells. */
export interface Cluster {
  /** The same for all resources of one cluster. It holds the provider's kubeconfig: never to be printed. */
  readonly key: string;
  /** The provider's name, by which messages tell clusters apart; empty if the resource has no provider. */
  readonly provider: string;
}

/** The arguments of the provider that say which cluster it means, or that it writes files instead. */
const IDENTITY = ["kubeconfig", "context", "cluster", "clusterIdentifier", "renderYamlToDirectory"];

/** What `pulumi policy analyze --file` puts in the place of secrets that it cannot decrypt. */
const REDACTED = "[secret]";

/** A provider as the engine hands it to a policy. */
interface Provider {
  readonly urn: string;
  readonly name: string;
  readonly props: Record<string, unknown>;
}

/**
 * The cluster that a provider means. Two providers mean the same one if they have the same kubeconfig, context and
 * cluster; one whose kubeconfig is not known means a cluster of its own.
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
 * Resources by cluster, in the order in which the clusters appear; at least one group, be it empty. What has no provider,
 * such as a component, is on no cluster, unless nothing has one: not every engine tells.
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
