import type { Labels } from "./selector";
import type { Service } from "./service";
import type { Version } from "./version";

const nameLabels = ["service.istio.io/canonical-name", "app.kubernetes.io/name", "app"] as const;
const revisionLabels = [
  "service.istio.io/canonical-revision",
  "app.kubernetes.io/version",
  "version",
] as const;

/**
 * The canonical name of a pod: the `source_canonical_service` and `destination_canonical_service` of Istio's metrics.
 *
 * @param labels the pod's labels. @param workload the name of its Deployment, StatefulSet, Job or CronJob, which Istio
 * uses where the pod has none of the labels.
 * @see https://istio.io/latest/docs/reference/config/labels/
 */
export function canonicalName(labels: Labels, workload: string): string {
  return first(labels, nameLabels) ?? workload;
}

/** The canonical revision of a pod with these labels: the `destination_canonical_revision` of Istio's metrics. */
export function canonicalRevision(labels: Labels): string {
  return first(labels, revisionLabels) ?? "latest";
}

/**
 * The canonical names of a service's pods, sorted. A service has several only if each version's canonical name is the
 * name of its workload. Pods of another tool without a name label in the catalog count as pods of a workload with the
 * service's name.
 */
export function canonicalNames({ name, selector, workloads }: CanonicalService): readonly string[] {
  if (workloads.length === 0) return [canonicalName(selector, name)];
  const names = workloads.map((workload) =>
    canonicalName({ ...workload.labels, ...workload.selector }, workload.name),
  );
  return [...new Set(names)].sort();
}

/** The canonical revision of a version's pods, derived from the labels in the catalog. */
export function versionRevision(
  { selector, workloads }: CanonicalService,
  { name, labels }: Version,
): string {
  const workload = workloads.find(({ version }) => version === name);
  return canonicalRevision({ ...workload?.labels, ...selector, ...labels });
}

type CanonicalService = Pick<Service, "name" | "selector" | "workloads">;

function first(labels: Labels, keys: readonly string[]): string | undefined {
  return keys.map((key) => labels[key]).find((value) => value !== undefined);
}
