import { accessDifferences } from "./accessDifference";
import { affectedBy } from "./affected";
import { authorizerDifferences } from "./authorizerDifference";
import type { Difference, WorkloadPair } from "./change";
import { limitDifferences } from "./limitDifference";
import type { Model } from "./model";
import { exportDifferences } from "./exportDifference";
import { exposureDifferences } from "./exposureDifference";
import { gatewayTlsDifferences } from "./gatewayTls";
import { identityDifferences } from "./identityDifference";
import { networkDifferences } from "./networkDifference";
import { proxyDifferences } from "./proxyDifference";
import { routeDifferences } from "./routeDifference";
import { tokenDifferences } from "./tokenDifference";
import type { Workload } from "./workload";

/**
 * Returns what changes from one model to another, each with a request that shows it. Compared are the clients of each
 * workload, mutual TLS, proxies, routes, NetworkPolicies, exposed Services, and what leaves the mesh. Workloads are compared by namespace
 * and name; those of one model only are left out. Equal models have no difference.
 */
export function difference(before: Model, after: Model): Difference[] {
  const pairs = workloadPairs(before, after);
  return [
    ...pairs
      .filter(affectedBy(before, after))
      .flatMap(([old, now]) => [
        ...proxyDifferences(before, old, after, now),
        ...accessDifferences(before, old, after, now),
        ...authorizerDifferences(before, old, after, now),
        ...limitDifferences(before, old, after, now),
        ...tokenDifferences(before, old, after, now),
        ...gatewayTlsDifferences(before, old, after, now),
        ...exposureDifferences(before, old, after, now),
      ]),
    ...identityDifferences(before, after, pairs),
    ...networkDifferences(before, after, pairs),
    ...exportDifferences(before, after),
    ...routeDifferences(before, after, pairs),
  ];
}

function workloadPairs(before: Model, after: Model): WorkloadPair[] {
  const key = ({ namespace, name }: Workload): string => `${namespace}/${name}`;
  const now = new Map(after.workloads.map((workload) => [key(workload), workload]));
  return before.workloads.flatMap((old): WorkloadPair[] => {
    const found = now.get(key(old));
    return found ? [[old, found]] : [];
  });
}
