import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { releaseInputs, type ReleaseSpec } from "./releaseSpec";

/**
 * Declares a Helm release, which is ready only when all its objects are ready.
 *
 * @param timeoutSeconds maximum time to become ready, in seconds.
 */
export function declareRelease(
  resource: string,
  spec: ReleaseSpec,
  timeoutSeconds: number,
  opts: pulumi.CustomResourceOptions,
): k8s.helm.v3.Release {
  return new k8s.helm.v3.Release(
    resource,
    { ...releaseInputs(spec), timeout: timeoutSeconds },
    // A release can't be created under its new name while the old one owns the same cluster-wide objects.
    { deleteBeforeReplace: true, ...opts },
  );
}
