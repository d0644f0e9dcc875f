import { KubeConfig, VersionApi } from "@kubernetes/client-node";
import { istioReleases } from "../../components";
import type { ClusterFinding } from "../../program/cluster/finding";
import { judgeCluster } from "../../program/cluster/judge";
import type { ClusterNeeds } from "../../program/cluster/needs";
import { readCluster } from "../../program/cluster/read";

/** What a small stack needs of its cluster. */
export function needs(own: Partial<ClusterNeeds> = {}): ClusterNeeds {
  const controlPlane = { version: "1.31.0", gateways: [{ name: "istio-ingress" }] };
  return {
    controlPlane,
    releases: istioReleases(controlPlane),
    namespaces: ["istio-system", "istio-ingress", "shop"],
    meshNamespaces: ["shop"],
    volumes: [],
    workloads: [],
    requests: [
      { verb: "create", group: "rbac.authorization.k8s.io", resource: "clusterroles" },
      { verb: "create", group: "", resource: "secrets", namespace: "istio-system" },
    ],
    ...own,
  };
}

/**
 * What the preflight checks read of a cluster.
 *
 * @param user whom the requests impersonate. Default: the kubeconfig's own user.
 */
export async function snapshotOf(kubeconfig: string, needed: ClusterNeeds, user?: string) {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  if (user !== undefined) config.users = config.users.map((one) => ({ ...one, impersonateUser: user }));
  const { gitVersion } = await config.makeApiClient(VersionApi).getCode();
  return readCluster(config, gitVersion, needed);
}

/** What the preflight checks find on a cluster, as text. */
export async function findingsOn(kubeconfig: string, needed = needs(), user?: string): Promise<string[]> {
  return judgeCluster(await snapshotOf(kubeconfig, needed, user), needed).map(describeFinding);
}

function describeFinding({ check, severity, problem }: ClusterFinding): string {
  return `${severity} ${check}: ${problem}`;
}
