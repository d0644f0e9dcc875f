import { objectKeyOf, releaseType, secretKey } from "../../program/stackState";
import type { PlannedResource, SavedPlan } from "./savedPlan";

/** An update in two runs of Pulumi. */
export interface Stages {
  /**
   * Whether the first run has anything to change. It saves the state after each step, and leaves out the objects of the second
   * run.
   */
  readonly first: boolean;
  /** Patterns for `--exclude` that match the objects of the second run, which saves the state only once, at its end. */
  readonly patterns: readonly string[];
  /** The objects that the second run changes, keyed by URN. */
  readonly objects: SavedPlan;
}

/** An update with fewer changed objects takes longer in two runs than in one. */
export const fewest = 150;

/** Marks of encrypted and of unknown values in a plan. */
const sealed = [secretKey, "04da6b54-80e4-46f7-96ec-b56ff0331ba9"];

/** Steps whose outcome the cluster shows: a created object is taken into the state, and the others are done again. */
const repeatable = new Set(["same", "create", "update", "delete"]);

/**
 * Decides which objects are so safe to lose from the state that a run may skip its checkpoints. These are plain
 * Kubernetes objects with known values, on which nothing else depends. After a killed run, they are found in the
 * cluster. Helm releases, Secrets, generated passwords, patches, providers and components are not among them.
 *
 * @returns undefined if the update is to save the state after each step: it changes few objects, replaces a resource, or
 * deletes one of the others.
 */
export function stagesOf(plan: SavedPlan): Stages | undefined {
  const groups = Map.groupBy(plan, ([urn]) => groupOf(urn));
  const late = new Set(
    [...groups].filter(([, members]) => members.every(([, one]) => isPlain(one))).map(([group]) => group),
  );
  const others = () => [...plan].filter(([urn]) => !late.has(groupOf(urn)));
  // What another resource depends on has to exist before it, so it is no object of the second run.
  for (let before = -1; before !== late.size;) {
    before = late.size;
    for (const [, resource] of others()) {
      for (const urn of needsOf(resource)) late.delete(groupOf(urn));
    }
  }
  const objects = new Map([...plan].filter(([urn, one]) => late.has(groupOf(urn)) && isChanged(one)));
  const rest = others().filter(([, one]) => isChanged(one));
  const risky = [...plan.values()].some(({ steps }) => steps.some((step) => !repeatable.has(step)));
  if (objects.size < fewest || risky || rest.some(([, { steps }]) => steps.includes("delete")))
    return undefined;
  return {
    first: rest.length > 0,
    patterns: [...late].map((group) => `${group}**`),
    objects,
  };
}

function isChanged({ steps }: PlannedResource): boolean {
  return steps.some((step) => step !== "same");
}

/** The URN without the name: the stack, the project, and the type with those of its parents. */
function groupOf(urn: string): string {
  return `${urn.split("::").slice(0, 3).join("::")}::`;
}

function isPlain({ type, inputs, steps }: PlannedResource): boolean {
  if (!type.startsWith("kubernetes:") || type === releaseType || type.endsWith("Patch")) return false;
  if (type === "kubernetes:core/v1:Secret") return false;
  const text = JSON.stringify(inputs ?? {});
  if (sealed.some((mark) => text.includes(mark))) return false;
  return !steps.includes("create") || objectKeyOf({ urn: "", type, inputs: inputs ?? {} }) !== undefined;
}

function needsOf({ parent, dependencies, propertyDependencies, provider }: PlannedResource): string[] {
  return [
    ...(parent === undefined ? [] : [parent]),
    ...(provider === undefined ? [] : [provider]),
    ...dependencies,
    ...Object.values(propertyDependencies).flat(),
  ];
}
