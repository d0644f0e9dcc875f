import { supportedKubernetes } from "../../policy-pack/facts";
import type { ClusterFinding } from "./finding";
import type { ClusterNeeds } from "./needs";
import type { ClusterSnapshot } from "./snapshot";

type Supported = (istio: string) => readonly string[] | undefined;

/**
 * Checks whether Istio supports the cluster's Kubernetes version. An older version lacks APIs that Istio's charts use.
 * A newer version was not tested with Istio.
 *
 * @param supported supported minor versions of Kubernetes, keyed by version of Istio, the oldest first.
 */
export function kubernetesVersion(
  { kubernetes }: ClusterSnapshot,
  { controlPlane }: ClusterNeeds,
  supported: Supported = supportedKubernetes,
): ClusterFinding[] {
  if (controlPlane === undefined) return [];
  const { version, canary } = controlPlane;
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(kubernetes) ?? [];
  if (major === undefined || minor === undefined) return [];
  const own = Number(minor);
  return [version, ...(canary === undefined ? [] : [canary.version])].flatMap((istio): ClusterFinding[] => {
    const minors = supported(istio) ?? [];
    const [oldest, newest] = [minors.at(0), minors.at(-1)].map((one) => Number(one?.split(".")[1]));
    if (minors.length === 0 || oldest === undefined || newest === undefined) return [];
    if (own >= oldest && own <= newest) return [];
    const range = `Istio ${istio} supports ${minors.join(", ")}`;
    return [
      own < oldest
        ? {
            check: "kubernetes-version",
            severity: "error",
            problem: `The cluster runs Kubernetes ${kubernetes}, which is too old: ${range}.`,
            fix: "Upgrade the cluster, or install an older version of Istio: pulumi config set meshwright:istioVersion <version>",
          }
        : {
            check: "kubernetes-version",
            severity: "warning",
            problem: `The cluster runs Kubernetes ${kubernetes}, with which Istio ${istio} was not tested: ${range}.`,
            fix: "Install a newer version of Istio: pulumi config set meshwright:istioVersion <version>",
          },
    ];
  });
}
