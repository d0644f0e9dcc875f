import { historyOf } from "../../program/cluster/helmReleases";
import type { FullRecord } from "../repair/helmRecords";
import { type ObjectKey, releaseKeyOf, releaseType, type StateResource } from "../../program/stackState";
import { type Listed, listedIn } from "./manifest";
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
      const missing = releaseKeys(newest)
        .filter((object) => !liveOf(object).has(placeOf(object)))
        .map((object) => wholeOf(newest, object));
      if (missing.length === 0) return [];
      const names = missing.map(({ kind, metadata }) => `${kind} ${metadata?.name ?? ""}`).join(", ");
      return [{ ...common, difference: "incomplete", detail: `lacks ${names}`, missing }];
    });
}

/** What identifies the objects of a release, in the namespace in which Helm creates them. */
export function releaseKeys({ namespace, installed }: FullRecord): Listed[] {
  return listedIn(installed?.manifest ?? "").map((object) =>
    clusterScoped.has(object.kind) ? object : { ...object, namespace: object.namespace ?? namespace },
  );
}

/** The objects of a release as Helm creates them: in its namespace, and with its labels and annotations. */
export function releaseObjects(record: FullRecord): ReleaseObject[] {
  return releaseKeys(record).map((object) => wholeOf(record, object));
}

function wholeOf(record: FullRecord, { kind, namespace, parsed }: Listed): ReleaseObject {
  const object = parsed() as ReleaseObject;
  const { labels, annotations } = object.metadata as Record<string, object | undefined>;
  const metadata = {
    ...object.metadata,
    ...(!clusterScoped.has(kind) && namespace !== undefined && { namespace }),
    labels: { ...labels, "app.kubernetes.io/managed-by": "Helm" },
    annotations: {
      ...annotations,
      "meta.helm.sh/release-name": record.release,
      "meta.helm.sh/release-namespace": record.namespace,
    },
  };
  return { ...object, metadata };
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
