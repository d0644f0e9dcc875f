import type { Command } from "commander";
import { knownObject, type PlainObject } from "../effect";
import { fromAnnotation } from "../mesh";
import type * as live from "./audit/cluster";
import { keyOf, liveSources, type Sources } from "./audit/sources";
import type * as kubeconfig from "./cluster";
import type { Side } from "../program/diff/side";
import { sideOfSources } from "./side";

/**
 * Reads what a cluster has.
 *
 * @param command a command with the options of `clusterOptions`.
 * @throws {UserError} if the cluster can't be read.
 */
export async function clusterSide(command: Command): Promise<Side> {
  /* eslint-disable @typescript-eslint/no-require-imports -- files are compared without the client of Kubernetes */
  const { explainFailure, loadCluster, serverOf } = require("./cluster") as typeof kubeconfig;
  const { clusterObjects } = require("./audit/cluster") as typeof live;
  /* eslint-enable @typescript-eslint/no-require-imports */
  const config = loadCluster(command);
  const read = await clusterObjects(config).catch((error: unknown) => explainFailure(config, error));
  return sideOfSources(serverOf(config), liveSources(read));
}

/**
 * What a cluster has after objects are applied to it. Objects that a catalog rendered before, in a namespace of the given
 * ones, and that are not among them, are gone.
 */
export function appliedTo(cluster: Side, { name, objects }: Pick<Side, "name" | "objects">): Side {
  const merged = withApplied(cluster.objects, objects);
  return {
    ...sideOfSources(name, { objects: merged.map((object) => ({ object, at: [] })) }),
  };
}

/** The sources of a cluster after files are applied to it. */
export function withFiles(cluster: Sources, files: Sources): Sources {
  const places = new Map(files.objects.map((source) => [keyOf(knownObject(source.object)), source]));
  const objects = withApplied(
    cluster.objects.map(({ object }) => object),
    files.objects.map(({ object }) => object),
  );
  return {
    ...files,
    objects: objects.map((object) => ({
      ...(places.get(keyOf(knownObject(object))) ?? { at: [] }),
      object,
    })),
    denied: cluster.denied ?? [],
    deniedKinds: cluster.deniedKinds ?? [],
  };
}

/** The objects of a cluster after others are applied to it. */
export function withApplied(
  current: readonly PlainObject[],
  applied: readonly PlainObject[],
): readonly PlainObject[] {
  const key = (object: PlainObject): string => keyOf(knownObject(object));
  const given = new Map(applied.map((object) => [key(object), object]));
  const known = applied.map(knownObject);
  const isRendered = known.some(({ annotations }) => annotations[fromAnnotation] !== undefined);
  const namespaces = new Set(known.map(({ namespace }) => namespace));
  const kept = current.flatMap((object): PlainObject[] => {
    const own = knownObject(object);
    const replacement = given.get(key(object));
    if (replacement) {
      given.delete(key(object));
      return [patched(object, replacement)];
    }
    const was = isRendered && namespaces.has(own.namespace) && own.annotations[fromAnnotation] !== undefined;
    return was ? [] : [object];
  });
  return [...kept, ...given.values()];
}

/** Server-side apply leaves fields of other owners: a Service keeps its selector if the applied one names none. */
function patched(object: PlainObject, by: PlainObject): PlainObject {
  const { creationTimestamp } = (object.metadata ?? {}) as { readonly creationTimestamp?: unknown };
  const metadata = {
    ...(by.metadata as object),
    ...(creationTimestamp !== undefined && { creationTimestamp }),
  };
  const spec =
    object.kind === "Service" || object.kind === "Namespace"
      ? { ...(object.spec as object | undefined), ...(by.spec as object | undefined) }
      : by.spec;
  const labels =
    object.kind === "Namespace"
      ? {
          labels: {
            ...(object.metadata as { labels?: object }).labels,
            ...(by.metadata as { labels?: object }).labels,
          },
        }
      : {};
  return { ...by, metadata: { ...metadata, ...labels }, ...(spec !== undefined && { spec }) };
}
