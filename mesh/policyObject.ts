import type { Mesh } from "../catalog";
import { metadata, type Manifest } from "./object";
import type { AuthorizationPolicySpec } from "./types/authorizationPolicy.gen";

/** The suffix of a dry run's name. No service's name has a dot. */
const dryRunSuffix = ".dry-run";

/**
 * Marks an AuthorizationPolicy that proxies evaluate, report and do not enforce.
 *
 * @see https://istio.io/latest/docs/reference/config/annotations/#SecurityPolicyDryRun
 */
const dryRunAnnotation = "istio.io/dry-run";

/** An AuthorizationPolicy. A dry run has the annotation and a name of its own, beside the enforced policy. */
export function policy(
  mesh: Mesh,
  {
    name,
    namespace,
    from,
    dryRun,
  }: {
    readonly name: string;
    readonly namespace: string;
    readonly from: readonly string[];
    readonly dryRun: boolean;
  },
  spec: AuthorizationPolicySpec,
): Manifest {
  return {
    apiVersion: "security.istio.io/v1",
    kind: "AuthorizationPolicy",
    metadata: metadata(mesh, {
      name: dryRun ? `${name}${dryRunSuffix}` : name,
      namespace,
      from,
      ...(dryRun && { annotations: { [dryRunAnnotation]: "true" } }),
    }),
    spec,
  };
}
