import { knownObject, readObjects, standIns, type Workload } from "../effect";
import type { Side } from "../program/diff/side";

/**
 * Adds pods to sides of manifests: those that a side's objects select or protect and that none of them creates. Otherwise a
 * folder that has policies, and whose Deployments are somewhere else, would have nothing that its policies apply to. Sides that
 * are compared get the same pods. Other sides stay as they are.
 */
export function withAssumedPods<Sides extends readonly Side[]>(...sides: Sides): Sides {
  const manifests = sides.filter(({ isManifests }) => isManifests);
  const known = manifests.flatMap(({ model }) => model.workloads);
  const assumed = standIns(
    manifests.flatMap(({ objects }) => objects.map(knownObject)),
    known,
  );
  if (assumed.length === 0) return sides;
  return sides.map((side) => (side.isManifests ? withWorkloads(side, assumed) : side)) as unknown as Sides;
}

/** The names of the assumed pods of sides, each once. */
export function assumedPods(sides: readonly Side[]): string[] {
  const all = sides.flatMap(({ model }) => model.workloads.filter(({ assumed }) => assumed));
  return [...new Set(all.map(({ namespace, name }) => `${namespace}/${name}`))].sort();
}

function withWorkloads(side: Side, assumed: readonly Workload[]): Side {
  const { objects, model } = side;
  const others = model.workloads.filter(({ from }) => from === undefined);
  return {
    ...side,
    model: readObjects(objects, { settings: model.settings, workloads: [...others, ...assumed] }),
  };
}
