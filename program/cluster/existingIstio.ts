import type { ClusterFinding } from "./finding";
import { isPulumis } from "./helmReleases";
import type { ClusterNeeds } from "./needs";
import { type ClusterSnapshot, type ObjectMetadata, valueOf } from "./snapshot";

/** The annotations that name an object's Helm release. */
const helmOwner = { name: "meta.helm.sh/release-name", namespace: "meta.helm.sh/release-namespace" };

const guide = "docs/clusters/README.md describes how to adopt an Istio, and how to install beside it.";

/** An Istio that another tool has installed: CRDs, control planes and injection webhooks that are not the stack's. */
export function existingIstio(snapshot: ClusterSnapshot, needs: ClusterNeeds): ClusterFinding[] {
  if (needs.controlPlane === undefined) return missingControlPlane(snapshot, needs);
  return [
    ...foreignCrds(snapshot, needs),
    ...missingCrds(snapshot, needs),
    ...foreignIstiods(snapshot, needs),
    ...foreignTags(snapshot, needs),
  ];
}

function istioCrds(snapshot: ClusterSnapshot): readonly ObjectMetadata[] | undefined {
  return valueOf(snapshot.crds)?.filter(({ name }) =>
    /\.(networking|security|telemetry|extensions)\.istio\.io$/.test(name),
  );
}

/** Returns the Helm release that owns an object, or undefined. */
function ownerOf({ annotations }: ObjectMetadata): string | undefined {
  const [name, namespace] = [annotations[helmOwner.name], annotations[helmOwner.namespace]];
  return name === undefined ? undefined : `${namespace ?? ""}/${name}`;
}

/** Helm installs the chart `base` only if its CRDs are new or belong to the release of that name. */
function foreignCrds(snapshot: ClusterSnapshot, { releases }: ClusterNeeds): ClusterFinding[] {
  const base = releases.find(({ chart }) => chart === "base");
  if (base === undefined) return [];
  const own = `${base.namespace}/${base.name}`;
  const foreign = Map.groupBy(
    (istioCrds(snapshot) ?? []).filter((crd) => ownerOf(crd) !== own),
    (crd) => ownerOf(crd) ?? "",
  );
  return [...foreign].map(([owner, crds]): ClusterFinding => {
    const names = crds.map(({ name }) => name).sort();
    const some = `${names.length} of Istio's CRDs (${names.slice(0, 2).join(", ")}${names.length > 2 ? ", …" : ""})`;
    return {
      check: "existing-istio",
      severity: "error",
      problem:
        owner === ""
          ? `${some} exist already and belong to no Helm release: istioctl, an operator or kubectl has installed them. The release ${own} can't take them over.`
          : `${some} exist already and belong to the Helm release ${owner}. The release ${own} can't take them over.`,
      fix: `Let it adopt them: kubectl label crd ${names.join(" ")} app.kubernetes.io/managed-by=Helm --overwrite; kubectl annotate crd ${names.join(" ")} ${helmOwner.name}=${base.name} ${helmOwner.namespace}=${base.namespace} --overwrite. Or use them as they are, beside the other Istio: pulumi config set --path meshwright:cluster.installBase false. ${guide}`,
    };
  });
}

/** The stack relies on an istiod that another stack or tool has installed. */
function missingControlPlane(snapshot: ClusterSnapshot, { meshNamespaces }: ClusterNeeds): ClusterFinding[] {
  if (valueOf(snapshot.istiods)?.length !== 0) return [];
  return [
    {
      check: "existing-istio",
      severity: "error",
      problem: `The stack installs no control plane (meshwright:controlPlane is installed), but the cluster has no istiod, so the pods in ${meshNamespaces.join(", ")} would start without a proxy.`,
      fix: "Deploy the stack with the control plane first, or install it with this one: pulumi config rm meshwright:controlPlane",
    },
  ];
}

function missingCrds(snapshot: ClusterSnapshot, { controlPlane }: ClusterNeeds): ClusterFinding[] {
  const crds = istioCrds(snapshot);
  if (controlPlane?.installBase !== false || crds === undefined || crds.length > 0) return [];
  return [
    {
      check: "existing-istio",
      severity: "error",
      problem:
        "The stack doesn't install Istio's CRDs (meshwright:cluster.installBase is false), and the cluster has none.",
      fix: "Install them: pulumi config rm --path meshwright:cluster.installBase",
    },
  ];
}

/** The revision that an istiod or a webhook serves. */
function revisionOf({ labels }: ObjectMetadata): string {
  return labels["istio.io/rev"] ?? "default";
}

/** Two control planes of one revision would inject the same pods. */
function foreignIstiods(
  snapshot: ClusterSnapshot,
  { releases, controlPlane }: ClusterNeeds,
): ClusterFinding[] {
  if (controlPlane === undefined) return [];
  const own = releases.filter(({ chart }) => chart === "istiod");
  const canaries = controlPlane.canary === undefined ? [] : [controlPlane.canary];
  const revisions = new Set([controlPlane, ...canaries].map(({ revision = "default" }) => revision));
  return (valueOf(snapshot.istiods) ?? []).flatMap((istiod): ClusterFinding[] => {
    const { namespace = "", name } = istiod;
    const mine = own.find((release) => `${release.namespace}/${release.name}` === ownerOf(istiod));
    // The check of Helm releases reports one under the stack's own name.
    if (mine !== undefined || !revisions.has(revisionOf(istiod))) return [];
    const revision = revisionOf(istiod);
    const by = ownerOf(istiod);
    return [
      {
        check: "existing-istio",
        severity: "error",
        problem: `Another Istio runs in the cluster: Deployment ${namespace}/${name} of the revision "${revision}", ${by === undefined ? "installed without Helm" : `from the Helm release ${by}`}. The stack's control plane has the same revision, so both would inject the same pods.`,
        fix: `Install beside it under a revision of its own: pulumi config set meshwright:revision <name>. ${guide}`,
      },
    ];
  });
}

/** A revision tag is one webhook of the cluster, so only one installation can own it. */
function foreignTags(
  snapshot: ClusterSnapshot,
  { controlPlane: { revisionTags = [], revision } = { version: "" } }: ClusterNeeds,
) {
  // Without a revision, the control plane injects what the tag "default" injects.
  const wanted = new Set([...revisionTags, ...(revision === undefined ? ["default"] : [])]);
  return (valueOf(snapshot.injectors) ?? []).flatMap((webhook): ClusterFinding[] => {
    const tag = webhook.labels["istio.io/tag"];
    if (tag === undefined || !wanted.has(tag) || isPulumis(webhook)) return [];
    return [
      {
        check: "existing-istio",
        severity: "error",
        problem: `The revision tag "${tag}" exists already (MutatingWebhookConfiguration ${webhook.name}) and assigns its namespaces to the revision "${revisionOf(webhook)}".`,
        fix: `Remove the tag if nothing uses it: istioctl tag remove ${tag}. Or label the catalog's namespaces with another revision or tag: the field "revision" of the catalog. ${guide}`,
      },
    ];
  });
}
