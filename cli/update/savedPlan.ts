import { readFileSync } from "node:fs";
import { z } from "zod";

/** What a preview is going to do with a resource, by the fields that are read here. */
export interface PlannedResource {
  readonly type: string;
  /** `same`, `create`, `update`, `delete`, …, in the order of the steps. */
  readonly steps: readonly string[];
  /** The inputs of a resource that is created, and the changes of one that is updated. Undefined for one that is deleted. */
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly parent?: string;
  readonly dependencies: readonly string[];
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
  /** `<urn>::<id>`, with an unknown ID if the provider is created, too. */
  readonly provider?: string;
}

/** The resources of a plan, keyed by URN. */
export type SavedPlan = ReadonlyMap<string, PlannedResource>;

const goal = z.object({
  type: z.string(),
  inputDiff: z.object({
    adds: z.record(z.string(), z.unknown()).optional(),
    updates: z.record(z.string(), z.unknown()).optional(),
  }),
  parent: z.string().optional(),
  dependencies: z.array(z.string()).nullish(),
  propertyDependencies: z.record(z.string(), z.array(z.string()).nullable()).nullish(),
  provider: z.string().optional(),
});
const file = z.object({
  resourcePlans: z
    .record(z.string(), z.object({ goal: goal.nullish(), steps: z.array(z.string()).nullish() }))
    .nullish(),
});

/**
 * Reads the file that `pulumi preview --save-plan` has written.
 *
 * @see https://www.pulumi.com/docs/iac/concepts/update-plans/
 */
export function readSavedPlan(path: string): SavedPlan {
  const { resourcePlans } = file.parse(JSON.parse(readFileSync(path, "utf8")));
  return new Map(
    Object.entries(resourcePlans ?? {}).map(([urn, { goal: wanted, steps }]): [string, PlannedResource] => [
      urn,
      {
        type: wanted?.type ?? typeOf(urn),
        steps: steps ?? [],
        ...(wanted && { inputs: { ...wanted.inputDiff.adds, ...wanted.inputDiff.updates } }),
        ...(wanted?.parent !== undefined && wanted.parent !== "" && { parent: wanted.parent }),
        dependencies: wanted?.dependencies ?? [],
        propertyDependencies: Object.fromEntries(
          Object.entries(wanted?.propertyDependencies ?? {}).map(([field, urns]) => [field, urns ?? []]),
        ),
        ...(wanted?.provider !== undefined && wanted.provider !== "" && { provider: wanted.provider }),
      },
    ]),
  );
}

/** The type in a URN `urn:pulumi:<stack>::<project>::<parent type>$<type>::<name>`. */
function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}
