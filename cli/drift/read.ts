import { type KubeConfig, KubernetesObjectApi } from "@kubernetes/client-node";
import type { FullRecord } from "../repair/helmRecords";
import {
  objectKeyOf,
  type ObjectKey,
  releaseKeyOf,
  releaseType,
  type StateResource,
} from "../../program/stackState";
import { type LiveObject, objectDrift, type ObjectDrift, placeOf } from "./objects";
import { releaseDrift, type ReleaseDrift, releaseKeys } from "./releases";

/** The differences between a stack's state and a cluster. */
export interface Drift {
  readonly objects: readonly ObjectDrift[];
  readonly releases: readonly ReleaseDrift[];
}

/**
 * Compares a stack's state with the cluster. It reads each kind of the stack's objects and of its charts' objects once.
 *
 * @param resources the resources of the stack's state.
 * @param records Helm's records of the cluster.
 */
export async function readDrift(
  config: KubeConfig,
  resources: readonly StateResource[],
  records: readonly FullRecord[],
): Promise<Drift> {
  const lists = await listKinds(config, [
    ...resources.flatMap((resource) => objectKeyOf(resource) ?? []),
    ...ownRecords(resources, records).flatMap(releaseKeys),
  ]);
  const liveOf = ({ apiVersion, kind }: Pick<ObjectKey, "apiVersion" | "kind">) =>
    lists.get(`${apiVersion} ${kind}`) ?? new Map<string, LiveObject>();
  return {
    objects: objectDrift(resources, liveOf),
    releases: releaseDrift(resources, records, liveOf),
  };
}

function ownRecords(resources: readonly StateResource[], records: readonly FullRecord[]): FullRecord[] {
  const own = new Set(
    resources.filter(({ type }) => type === releaseType).map((one) => placeOf(releaseKeyOf(one))),
  );
  return records.filter(({ namespace, release }) => own.has(placeOf({ namespace, name: release })));
}

async function listKinds(
  config: KubeConfig,
  keys: readonly Pick<ObjectKey, "apiVersion" | "kind">[],
): Promise<Map<string, Map<string, LiveObject>>> {
  const kinds = new Map(keys.map(({ apiVersion, kind }) => [`${apiVersion} ${kind}`, { apiVersion, kind }]));
  const lists = await Promise.all(
    [...kinds].map(async ([title, { apiVersion, kind }]): Promise<[string, Map<string, LiveObject>]> => {
      const items = await listObjects(config, apiVersion, kind);
      return [
        title,
        new Map(items.map((one) => [placeOf({ ...one.metadata, name: one.metadata?.name ?? "" }), one])),
      ];
    }),
  );
  return new Map(lists);
}

/** Returns the objects of a kind in all namespaces, as the API server returns them. None without the kind's CRD. */
export async function listObjects(
  config: KubeConfig,
  apiVersion: string,
  kind: string,
): Promise<LiveObject[]> {
  return KubernetesObjectApi.makeApiClient(config)
    .list(apiVersion, kind)
    .then(
      (list) => list.items.map((item) => asServed(item) as LiveObject),
      (error: unknown) => {
        const { code, message = "" } = error as { code?: unknown; message?: string };
        // Without the CRD there is no object of the kind.
        if (code === 404 || message.startsWith("Unrecognized API version and kind")) return [];
        throw error;
      },
    );
}

/**
 * A value as the API server returned it. The client's classes rename fields that are words of JavaScript: `from` of a
 * NetworkPolicy is `_from`.
 */
export function asServed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asServed);
  if (value === null || typeof value !== "object" || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value).map(([field, inner]) => [field.replace(/^_/, ""), asServed(inner)]),
  );
}
