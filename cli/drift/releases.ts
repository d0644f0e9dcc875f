import { parseAllDocuments } from "yaml";
import { historyOf } from "../../program/cluster/helmReleases";
import type { FullRecord } from "../repair/helmRecords";
import { type ObjectKey, releaseKeyOf, releaseType, type StateResource } from "../../program/stackState";
import { type LiveObject, placeOf } from "./objects";

/** How a Helm release differs from what a stack has deployed. */
export interface ReleaseDrift {
  readonly urn: string;
  readonly namespace: string;
  readonly name: string;
  readonly difference: "missing" | "changed" | "incomplete";
  /** What is so, as the end of a sentence about the release. */
  readonly detail: string;
  /** Objects of the release that do not exist, in the form in which Helm creates them. */
  readonly missing: readonly ReleaseObject[];
}

/** An object in a release's manifest. */
export type ReleaseObject = LiveObject & { readonly apiVersion: string; readonly kind: string };

/**
 * Compares the releases in a stack's state with Helm's records, and their objects with the cluster. Whether an object of a chart
 * has been changed can't be told, because controllers change many of them.
 *
 * @param liveOf returns the objects of a kind, keyed by {@link placeOf}.
 */
export function releaseDrift(
  resources: readonly StateResource[],
  records: readonly FullRecord[],
  liveOf: (kind: Pick<ObjectKey, "apiVersion" | "kind">) => ReadonlyMap<string, LiveObject>,
): ReleaseDrift[] {
  return resources
    .filter(({ type }) => type === releaseType)
    .flatMap((resource): ReleaseDrift[] => {
      const key = releaseKeyOf(resource);
      const common = { urn: resource.urn, ...key };
      const [newest] = historyOf(key, records) as FullRecord[];
      if (newest === undefined) {
        return [{ ...common, difference: "missing", detail: "does not exist", missing: [] }];
      }
      const { revision } = (resource.outputs?.status ?? {}) as { revision?: number };
      if (newest.status !== "deployed" || (revision !== undefined && newest.revision !== revision)) {
        const detail = `is ${newest.status} in revision ${newest.revision}, but the stack deployed revision ${revision ?? "?"}`;
        return [{ ...common, difference: "changed", detail, missing: [] }];
      }
      const missing = releaseObjects(newest).filter(
        (object) => !liveOf(object).has(placeOf({ ...object.metadata, name: object.metadata?.name ?? "" })),
      );
      if (missing.length === 0) return [];
      const names = missing.map(({ kind, metadata }) => `${kind} ${metadata?.name ?? ""}`).join(", ");
      return [{ ...common, difference: "incomplete", detail: `lacks ${names}`, missing }];
    });
}

/** The objects of a release as Helm creates them: in its namespace, and with its labels and annotations. */
export function releaseObjects({ namespace, release, installed }: FullRecord): ReleaseObject[] {
  const documents = parseAllDocuments(installed?.manifest ?? "").map((one) => one.toJS() as unknown);
  return documents.flatMap((document) => {
    const object = document as ReleaseObject | null;
    if (object?.metadata?.name === undefined) return [];
    const { labels, annotations } = object.metadata as Record<string, object | undefined>;
    const metadata = {
      ...object.metadata,
      ...(!clusterScoped.has(object.kind) && { namespace: object.metadata.namespace ?? namespace }),
      labels: { ...labels, "app.kubernetes.io/managed-by": "Helm" },
      annotations: {
        ...annotations,
        "meta.helm.sh/release-name": release,
        "meta.helm.sh/release-namespace": namespace,
      },
    };
    return [{ ...object, metadata }];
  });
}

/** Kinds of the charts' objects that have no namespace. */
export const clusterScoped: ReadonlySet<string> = new Set([
  "APIService",
  "ClusterRole",
  "ClusterRoleBinding",
  "CustomResourceDefinition",
  "GatewayClass",
  "IngressClass",
  "MutatingWebhookConfiguration",
  "Namespace",
  "PersistentVolume",
  "PriorityClass",
  "StorageClass",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
  "ValidatingWebhookConfiguration",
]);
