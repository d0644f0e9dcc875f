import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { replaceFile } from "../../sandbox/replaceFile";
import type { PlannedResource, SavedPlan } from "../update/savedPlan";
import type { ExportedStack, PendingOperation, StateResource } from "../../program/stackState";

const fileOf = (state: string): string => join(state, "unrecorded.json");

/** Writes down which objects a run is going to change without recording each, so that the next run can look them up. */
export function writeUnrecorded(state: string, objects: SavedPlan): void {
  replaceFile(fileOf(state), JSON.stringify([...objects]));
}

/** The objects of {@link writeUnrecorded}. None if the last such run has recorded them at its end. */
export function readUnrecorded(state: string): SavedPlan {
  const file = fileOf(state);
  return new Map(
    existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as [string, PlannedResource][]) : [],
  );
}

/** To be called as soon as the stack's state has the objects. */
export function forgetUnrecorded(state: string): void {
  rmSync(fileOf(state), { force: true });
}

/**
 * A stack's state as it would be if the killed run had recorded what it began. It has a pending creation for each
 * object that the run was to create. The order is that of their dependencies.
 */
export function withUnrecorded(stack: ExportedStack, objects: SavedPlan): ExportedStack {
  const { resources = [], pending_operations: pending = [] } = stack.deployment;
  const known = new Set([...resources, ...pending.map(({ resource }) => resource)].map(({ urn }) => urn));
  const created = [...objects].filter(([urn, { steps }]) => steps.includes("create") && !known.has(urn));
  const operations = inOrder(new Map(created)).flatMap(([urn, one]): PendingOperation[] => {
    const provider = providerOf(one, resources);
    if (provider === undefined) return [];
    const { type, inputs, parent, dependencies, propertyDependencies } = one;
    const resource = {
      ...{ urn, custom: true, type, inputs: inputs ?? {}, dependencies, propertyDependencies, provider },
      ...(parent !== undefined && { parent }),
    };
    return [{ type: "creating", resource }];
  });
  if (operations.length === 0) return stack;
  return { ...stack, deployment: { ...stack.deployment, pending_operations: [...pending, ...operations] } };
}

/** The reference to the provider, which has an ID by now. Undefined if the run was killed before. */
function providerOf(
  { provider = "" }: PlannedResource,
  resources: readonly StateResource[],
): string | undefined {
  const urn = provider.split("::").slice(0, -1).join("::");
  const id = resources.find((one) => one.urn === urn)?.id;
  return id === undefined ? undefined : `${urn}::${id}`;
}

/** Each object after those that it depends on. */
function inOrder(objects: SavedPlan): [string, PlannedResource][] {
  const done = new Map<string, PlannedResource>();
  const visit = (urn: string): void => {
    const one = objects.get(urn);
    if (one === undefined || done.has(urn)) return;
    for (const before of one.dependencies) visit(before);
    done.set(urn, one);
  };
  for (const urn of objects.keys()) visit(urn);
  return [...done];
}
