import {
  type KubeConfig,
  type KubernetesObject,
  KubernetesObjectApi,
  PatchStrategy,
} from "@kubernetes/client-node";
import { idOf } from "../../program/stackState";
import type { ObjectDrift } from "./objects";
import type { Drift } from "./read";
import type { ReleaseDrift } from "./releases";

/** Whether anything differs. */
export function hasDrift({ objects, releases }: Drift): boolean {
  return objects.length + releases.length > 0;
}

/**
 * One line for each difference, and what happens to it.
 *
 * @param unrecorded objects that a killed run was changing without recording each, keyed by URN. They have one line together.
 */
export function driftLines(
  { objects, releases }: Drift,
  unrecorded: ReadonlyMap<string, unknown> = new Map(),
): string[] {
  const { true: killed = [], false: others = [] } = Object.groupBy(objects, ({ urn }) =>
    unrecorded.has(urn) ? "true" : "false",
  );
  const count = killed.length === 1 ? "1 object was" : `${killed.length} objects were`;
  return [
    ...(killed.length === 0
      ? []
      : [`${count} changed by a killed run, which did not record it. The change is completed.`]),
    ...others.map(objectLine),
    ...releases.map(releaseLine),
  ];
}

function objectLine({ key, difference, fields }: ObjectDrift): string {
  const title = `${key.kind} ${idOf(key)}`;
  if (difference === "missing") return `${title} was deleted by another tool. It is created again.`;
  return `${title} was changed by another tool${fields.length === 0 ? "" : ` (${fields.join(", ")})`}. It is set back.`;
}

function releaseLine({ namespace, name, difference, detail }: ReleaseDrift): string {
  const step = {
    missing: "It is installed again.",
    changed: "It is set back.",
    incomplete: "These objects are created again.",
  }[difference];
  return `The Helm release ${namespace}/${name} ${detail}. ${step}`;
}

/**
 * Prepares the cluster for the run that heals the drift. It removes the fields that other tools have added to objects
 * of CRDs, because the run does not own them. It creates the missing objects of charts, because Helm does not look for
 * them.
 *
 * @returns the URNs of the resources that have to be read again, so that the run finds the rest.
 */
export async function prepareHealing(config: KubeConfig, { objects, releases }: Drift): Promise<string[]> {
  const api = KubernetesObjectApi.makeApiClient(config);
  for (const { key, removal } of objects) {
    if (removal === undefined) continue;
    const { apiVersion, kind, name, namespace } = key;
    const metadata = { name, ...(namespace !== undefined && { namespace }) };
    const patch = { apiVersion, kind, metadata, ...removal } as KubernetesObject;
    await api.patch(patch, undefined, undefined, undefined, undefined, PatchStrategy.MergePatch);
  }
  for (const object of releases.flatMap(({ missing }) => missing)) {
    await api.create(object, undefined, undefined, "helm");
  }
  return [
    ...objects.map(({ urn }) => urn),
    ...releases.filter(({ difference }) => difference !== "incomplete").map(({ urn }) => urn),
  ];
}
