import { existingIstio } from "./existingIstio";
import type { ClusterCheck, ClusterFinding } from "./finding";
import { helmReleases } from "./helmReleases";
import { kubernetesVersion } from "./kubernetesVersion";
import { loadBalancer } from "./loadBalancer";
import { namespaces } from "./namespaces";
import type { ClusterNeeds } from "./needs";
import { podSecurity } from "./podSecurity";
import { rights } from "./rights";
import type { ClusterSnapshot, Part } from "./snapshot";
import { selectors } from "./selectors";
import { storageClass } from "./storageClass";

/** The checks, and the parts of a snapshot that each requires. */
const checks: readonly {
  readonly check: ClusterCheck;
  readonly judge: (snapshot: ClusterSnapshot, needs: ClusterNeeds) => ClusterFinding[];
  readonly parts: readonly (keyof ClusterSnapshot)[];
}[] = [
  { check: "kubernetes-version", judge: kubernetesVersion, parts: [] },
  { check: "existing-istio", judge: existingIstio, parts: ["crds", "istiods", "injectors"] },
  { check: "helm-releases", judge: helmReleases, parts: ["helmRecords", "namespaces"] },
  { check: "load-balancer", judge: loadBalancer, parts: ["nodes", "loadBalancers", "crds"] },
  { check: "storage-class", judge: storageClass, parts: ["storageClasses"] },
  { check: "rights", judge: rights, parts: ["rights"] },
  { check: "pod-security", judge: podSecurity, parts: ["namespaces"] },
  { check: "namespaces", judge: namespaces, parts: ["namespaces"] },
  { check: "selectors", judge: selectors, parts: ["workloads"] },
];

/**
 * Returns all findings that make a stack's run fail on the cluster. A part that could not be read is a warning; the
 * checks that require it are left out.
 *
 * @param accepted checks whose errors the stack accepts; they become warnings.
 */
export function judgeCluster(
  snapshot: ClusterSnapshot,
  needs: ClusterNeeds,
  accepted: readonly ClusterCheck[] = [],
): ClusterFinding[] {
  return checks.flatMap(({ check, judge, parts }) => {
    const unread = parts.flatMap((part): ClusterFinding[] => {
      const read = snapshot[part] as Part<unknown> | string;
      return typeof read === "string" || !("failure" in read)
        ? []
        : [
            {
              check,
              severity: "warning",
              problem: `The check ${check} is incomplete: ${read.failure}.`,
              fix: "Run it as a user who may read this.",
            },
          ];
    });
    return [...unread, ...judge(snapshot, needs)].map((finding) =>
      accepted.includes(finding.check) ? { ...finding, severity: "warning" } : finding,
    );
  });
}
