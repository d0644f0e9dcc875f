import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

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

/**
 * Declares a Helm release, which is ready only when all its objects are ready.
 *
 * @param timeoutSeconds maximum time to become ready, in seconds.
 */
export function declareRelease(
  resource: string,
  { name, chart, version, namespace, repository, values }: ReleaseSpec,
  timeoutSeconds: number,
  opts: pulumi.CustomResourceOptions,
): k8s.helm.v3.Release {
  return new k8s.helm.v3.Release(
    resource,
    {
      name,
      // Helm reads a repository's index, which a registry doesn't have.
      ...(repository.startsWith("oci://")
        ? { chart: `${repository.replace(/\/$/, "")}/${chart}` }
        : { chart, repositoryOpts: { repo: repository } }),
      version,
      namespace,
      values,
      timeout: timeoutSeconds,
      // Later steps require its objects, and a failed first installation must not block the next run.
      skipAwait: false,
      atomic: true,
      cleanupOnFail: true,
    },
    // A release can't be created under its new name while the old one owns the same cluster-wide objects.
    { deleteBeforeReplace: true, ...opts },
  );
}
