import { type Mesh, type Service, versionRevision } from "../../catalog";

/**
 * The label of Istio's metrics that identifies versions in dashboards. It is `destination_version` if each version's
 * pods have their canonical revision as the label `version`. Proxies of older Istio versions set `destination_version`
 * only from that label, so otherwise it is `destination_canonical_revision`.
 */
export function versionLabel({ services }: Mesh): "destination_version" | "destination_canonical_revision" {
  const labelled = services.every((service) =>
    service.versions.every((version) => version.labels.version === versionRevision(service, version)),
  );
  return labelled ? "destination_version" : "destination_canonical_revision";
}

/** Services with several versions whose canonical revisions differ. Metrics cannot distinguish other versions. */
export function comparable({ services }: Mesh): readonly Service[] {
  return services.filter((service) => {
    const revisions = service.versions.map((version) => versionRevision(service, version));
    return revisions.length > 1 && new Set(revisions).size === revisions.length;
  });
}
