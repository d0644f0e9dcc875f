/** A Helm release, as plain data. */
export interface ReleaseSpec {
  /** Name of the release. */
  readonly name: string;
  /** Name of the chart in its repository. */
  readonly chart: string;
  /** Exact version of the chart. */
  readonly version: string;
  /** URL of the Helm repository, or `oci://…` of a registry's folder of charts. */
  readonly repository: string;
  /** Namespace of the release. */
  readonly namespace: string;
  /** Values that differ from the chart's defaults. */
  readonly values: Record<string, unknown>;
}

/** What a release's resource declares of it, besides how long it may take. */
export interface ReleaseInputs {
  readonly name: string;
  readonly chart: string;
  readonly repositoryOpts?: { readonly repo: string };
  readonly version: string;
  readonly namespace: string;
  readonly values: Record<string, unknown>;
  readonly skipAwait: boolean;
  readonly atomic: boolean;
  readonly cleanupOnFail: boolean;
}

/** Returns a release with the names of Pulumi's provider. https://www.pulumi.com/registry/packages/kubernetes/api-docs/helm/v3/release/ */
export function releaseInputs({
  name,
  chart,
  version,
  namespace,
  repository,
  values,
}: ReleaseSpec): ReleaseInputs {
  return {
    name,
    // Helm reads a repository's index, which a registry doesn't have.
    ...(repository.startsWith("oci://")
      ? { chart: `${repository.replace(/\/$/, "")}/${chart}` }
      : { chart, repositoryOpts: { repo: repository } }),
    version,
    namespace,
    values,
    // Later steps require its objects, and a failed first installation must not block the next run.
    skipAwait: false,
    atomic: true,
    cleanupOnFail: true,
  };
}
